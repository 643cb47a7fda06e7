#pragma once
#include "coxctl/store/load.hpp"

namespace coxctl::store {

/// The course of a check: that its prefix is free, the load, its progress, cleaning up, the verdict.
class LoadCheck : public Command {
 public:
  void add_to(base::Flags& flags) override { clean_up_.add_to(flags); }
  base::Result<void> check(const std::vector<std::string>& arguments) override;
  base::Awaitable<base::Result<int>> run(Context& context) override;
  bool ends_itself() const override { return true; }

 protected:
  LoadCheck(std::string name, std::string prefix) : name_(std::move(name)), clean_up_{std::move(prefix)} {}
  /// Fills in all but the prefix. Error: invalid_argument.
  virtual base::Result<void> plan(LoadPlan& plan) = 0;
  /// What is done, or measured, around the load.
  virtual base::Awaitable<base::Result<void>> before(Context& context, const LoadPlan& plan);
  virtual base::Awaitable<base::Result<void>> after(Context& context);
  virtual Verdict judge(Context& context, const LoadResult& result) = 0;

 private:
  /// With progress: of so many keys, or of the time.
  base::Awaitable<base::Result<LoadResult>> measure(Context& context);

  std::string name_;
  CleanUp clean_up_;
  LoadPlan plan_;
};

}  // namespace coxctl::store
