#pragma once
#include "apiserver/kinds/checks.hpp"

/// Validation of the kinds of storage.k8s.io.
namespace apiserver::kinds {
void validate_storage_class(const Object& o, Errors& errors);
void validate_storage_class_update(const Object& o, const Object& old, Errors& errors);
void validate_driver(const Object& o, Errors& errors);
void validate_driver_update(const Object& o, const Object& old, Errors& errors);
void validate_csi_node(const Object& o, Errors& errors);
void validate_csi_node_update(const Object& o, const Object& old, Errors& errors);
void validate_attachment(const Object& o, Errors& errors);
void validate_attributes_class(const Object& o, Errors& errors);
void validate_attributes_class_update(const Object& o, const Object& old, Errors& errors);
void validate_capacity(const Object& o, Errors& errors);
void validate_capacity_update(const Object& o, const Object& old, Errors& errors);
}  // namespace apiserver::kinds
