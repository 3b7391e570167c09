// SPDX-License-Identifier: Apache-2.0
#include "cue/eval/regexps.h"

#include <re2/re2.h>

#include "cue/eval/context.h"
#include "cue/runtime_impl.h"

namespace puppis::cue {

struct RegexpCache::Entry {
  explicit Entry(std::string_view pattern, const re2::RE2::Options& options)
      : re(re2::StringPiece(pattern.data(), pattern.size()), options) {}
  re2::RE2 re;
};

RegexpCache::RegexpCache() = default;
RegexpCache::~RegexpCache() = default;

std::shared_ptr<const RegexpCache::Entry> RegexpCache::get(std::string_view pattern) {
  constexpr std::size_t kMaxEntries = 1024;
  {
    std::shared_lock lock(mutex_);
    if (auto it = entries_.find(std::string(pattern)); it != entries_.end()) return it->second;
  }
  re2::RE2::Options options;
  options.set_log_errors(false);
  auto entry = std::make_shared<const Entry>(pattern, options);
  std::unique_lock lock(mutex_);
  if (entries_.size() >= kMaxEntries) entries_.clear();
  return entries_.try_emplace(std::string(pattern), entry).first->second;
}

namespace eval {

std::optional<bool> matchesRegexp(Context& ctx, std::string_view pattern, std::string_view text,
                                  std::string& failure) {
  auto entry = ctx.runtime().impl().regexps.get(pattern);
  if (!entry->re.ok()) {
    failure = entry->re.error();
    return std::nullopt;
  }
  return re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), entry->re);
}

}  // namespace eval

}  // namespace puppis::cue
