#include "apiserver/request/list_body.hpp"
#include "api/decode.hpp"
#include "api/protobuf.hpp"
#include "apiserver/registry/conversion.hpp"
#include "apiserver/request/shapes.hpp"
#include "base/assert.hpp"
#include "base/yaml.hpp"

namespace apiserver::request {
namespace {

using api::StatusOr;
using http::SharedBytes;
using negotiation::Encoding;
using negotiation::Shape;

constexpr std::size_t piece_bytes = 64 * 1024;

/// A list as a JSON document: what comes before the items, and each item.
struct Document {
  std::string head;  ///< Without the brace at its end.
  std::string_view items = "items";
  registry::ListAnswer list;
  std::function<SharedBytes(const cache::EntryPtr&)> item;
};

/// The cache's own bytes with what stands between them: all at once, for they are only referred to.
class PlainList final : public ListBody {
 public:
  explicit PlainList(Document document) : document_(std::move(document)) {}
  bool next(std::vector<SharedBytes>& pieces) override {
    static const auto comma = http::make_bytes(","), end = http::make_bytes("]}");
    const auto& entries = document_.list.entries;
    pieces.reserve(pieces.size() + 2 * entries.size() + 2);
    pieces.push_back(http::make_bytes(document_.head + ",\"items\":["));
    for (std::size_t i = 0; i < entries.size(); ++i) {
      if (i > 0) pieces.push_back(comma);
      pieces.push_back(document_.item(entries[i]));
    }
    pieces.push_back(end);
    return false;
  }

 private:
  const Document document_;
};

/// Text around the items, in one of the forms of JSON or in YAML.
class TextList final : public ListBody {
 public:
  TextList(Document document, const negotiation::Form& form)
      : document_(std::move(document)), yaml_(form.encoding == Encoding::yaml), pretty_(form.pretty) {}

  bool next(std::vector<SharedBytes>& pieces) override {
    const auto& entries = document_.list.entries;
    std::string text;
    if (at_ == 0) text = begin();
    for (; at_ < entries.size() && text.size() < piece_bytes; ++at_)
      add(text, *document_.item(entries[at_]));
    const bool more = at_ < entries.size();
    if (!more) text += end();
    pieces.push_back(http::make_bytes(std::move(text)));
    return more;
  }

 private:
  std::string begin() const {
    const std::string name(document_.items);
    const bool none = document_.list.entries.empty();
    if (!yaml_ && !pretty_) return document_.head + ",\"" + name + "\":[";
    const boost::json::value head = cache::parse_object(document_.head + "}");
    if (yaml_) return base::to_yaml(head) + name + (none ? ": []\n" : ":\n");
    auto text = pretty_json(head);
    text.resize(text.size() - 2);  // "\n}"
    return text + ",\n  \"" + name + "\": [";
  }
  void add(std::string& text, std::string_view item) const {
    if (!yaml_ && !pretty_) {
      text.append(at_ == 0 ? "" : ",").append(item);
      return;
    }
    boost::json::value value = cache::parse_object(item);
    if (yaml_) {
      boost::json::array alone;
      alone.push_back(std::move(value));
      text += base::to_yaml(alone);
    } else {
      text.append(at_ == 0 ? "\n    " : ",\n    ").append(pretty_json(value, "    "));
    }
  }
  std::string_view end() const {
    if (yaml_) return "";
    if (!pretty_) return "]}";
    return document_.list.entries.empty() ? "]\n}\n" : "\n  ]\n}\n";
  }

  const Document document_;
  const bool yaml_, pretty_;
  std::size_t at_ = 0;
};

/// What a list in protobuf is made of.
struct Messages {
  std::string api_version, kind, meta;
  registry::ListAnswer list;
  /// Of an entry, in the writer's memory.
  std::function<base::Result<std::string_view>(api::ProtobufWriter&, const cache::EntryPtr&)> item;
};

/// The envelope tells the length of all that follows, so every item is encoded once to learn its size. As
/// many as fit into some memory are kept for sending; the others are encoded again when it is their turn.
class ProtobufList final : public ListBody {
 public:
  explicit ProtobufList(Messages messages) : messages_(std::move(messages)) {
    sizes_.reserve(messages_.list.entries.size());
    total_ = api::protobuf::field_head_size(1, messages_.meta.size()) + messages_.meta.size();
  }

  StatusOr<Prepared> prepare() override {
    const auto& entries = messages_.list.entries;
    std::size_t done = 0;
    for (; sizes_.size() < entries.size() && done < prepare_bytes;
         done += entries[sizes_.size() - 1]->json()->size()) {
      const auto message = messages_.item(api::ProtobufWriter::of_thread(), entries[sizes_.size()]);
      if (!message) return api::StatusError::internal(message.error().message);
      sizes_.push_back(static_cast<std::uint32_t>(message->size()));
      total_ += api::protobuf::field_head_size(2, message->size()) + message->size();
      if (kept_.size() < kept_bytes_max && kept_items_ + 1 == sizes_.size()) {
        kept_ += api::protobuf::field_head(2, message->size());
        kept_ += *message;
        ++kept_items_;
      }
    }
    return sizes_.size() == entries.size() ? Prepared::yes : Prepared::not_yet;
  }

  bool next(std::vector<SharedBytes>& pieces) override {
    const auto& entries = messages_.list.entries;
    std::string text;
    if (at_ == 0) {
      text = api::protobuf::envelope(messages_.api_version, messages_.kind, total_);
      text += api::protobuf::field_head(1, messages_.meta.size()) + messages_.meta;
      pieces.push_back(http::make_bytes(std::move(text)));
      pieces.push_back(http::make_bytes(std::exchange(kept_, {})));
      at_ = kept_items_;
      text.clear();
    }
    for (; at_ < entries.size() && text.size() < piece_bytes; ++at_) {
      const auto message = messages_.item(api::ProtobufWriter::of_thread(), entries[at_]);
      COX_ASSERT(message && message->size() == sizes_[at_], "an entry does not change");
      text += api::protobuf::field_head(2, message->size());
      text += *message;
    }
    const bool more = at_ < entries.size();
    if (!more) text += api::protobuf::envelope_end;
    pieces.push_back(http::make_bytes(std::move(text)));
    return more;
  }

 private:
  static constexpr std::size_t prepare_bytes = 512 * 1024, kept_bytes_max = 8 * 1024 * 1024;

  const Messages messages_;
  std::vector<std::uint32_t> sizes_;
  std::size_t total_ = 0;
  std::string kept_;  ///< The first items, ready to send.
  std::size_t kept_items_ = 0, at_ = 0;
};

table::ListMeta meta_of(const registry::ListAnswer& list) {
  table::ListMeta meta;
  meta.resource_version = std::to_string(list.revision);
  meta.continue_ = list.continue_token;
  meta.remaining_item_count = list.remaining;
  return meta;
}

std::string list_head(const api::ResourceInfo& resource, const table::ListMeta& meta) {
  return R"({"kind":")" + resource.kind + R"(List","apiVersion":")" + resource.group_version().text() +
         R"(","metadata":)" + table::encode(meta);
}

Document document_of(const Wanted& wanted, const api::ResourceInfo& resource, registry::ListAnswer list,
                     base::SystemTime now) {
  const auto meta = meta_of(list);
  Document document;
  if (wanted.form.shape == Shape::object)
    document.head = list_head(resource, meta);
  else if (wanted.form.shape == Shape::metadata_list)
    document.head = table::metadata_list_head(meta, wanted.form.version);
  else
    document.head = table::table_head(record_of(resource), table_options(wanted), meta);
  if (wanted.form.shape == Shape::table) document.items = "rows";
  document.list = std::move(list);
  document.item = [wanted, now, &resource,
                   present = registry::Presenter(resource)](const cache::EntryPtr& entry) {
    if (wanted.form.shape == Shape::object) return present(entry);
    if (wanted.form.shape == Shape::metadata_list)
      return http::make_bytes(table::metadata_of(entry->parse(), wanted.form.version));
    const auto bytes = present(entry);
    return http::make_bytes(table::table_row(record_of(resource), table_options(wanted),
                                             cache::parse_object(*bytes), now, *bytes));
  };
  return document;
}

Messages messages_of(const Wanted& wanted, const api::ResourceInfo& resource, registry::ListAnswer list) {
  const auto meta = meta_of(list);
  Messages messages;
  messages.meta = api::protobuf::list_meta(meta.resource_version, meta.continue_, meta.remaining_item_count);
  messages.list = std::move(list);
  if (wanted.form.shape == Shape::metadata_list) {
    messages.kind = "PartialObjectMetadataList";
    messages.api_version = "meta.k8s.io/" + wanted.form.version;
    messages.item = [](api::ProtobufWriter& writer, const cache::EntryPtr& entry) {
      return writer.partial_metadata(*entry->json());
    };
    return messages;
  }
  COX_ASSERT(resource.type, "what is listed has a schema");
  messages.kind = resource.kind + "List";
  messages.api_version = resource.group_version().text();
  messages.item = [&resource, present = registry::Presenter(resource)](api::ProtobufWriter& writer,
                                                                       const cache::EntryPtr& entry) {
    return writer.message(*present(entry), *resource.type);
  };
  return messages;
}

}  // namespace

StatusOr<std::unique_ptr<ListBody>> list_body(const Wanted& wanted, const api::ResourceInfo& resource,
                                              registry::ListAnswer list, base::SystemTime now) {
  if (wanted.form.shape == Shape::metadata)
    return wrong_shape("PartialObjectMetadata", resource.kind + "List", "is a list");
  if (wanted.form.encoding == Encoding::protobuf)
    return std::unique_ptr<ListBody>(
        std::make_unique<ProtobufList>(messages_of(wanted, resource, std::move(list))));
  const bool plain = is_plain(wanted.form);
  auto document = document_of(wanted, resource, std::move(list), now);
  if (plain) return std::unique_ptr<ListBody>(std::make_unique<PlainList>(std::move(document)));
  return std::unique_ptr<ListBody>(std::make_unique<TextList>(std::move(document), wanted.form));
}

}  // namespace apiserver::request
