// SPDX-License-Identifier: Apache-2.0
#include "cue/syntax/faults.h"

#include <algorithm>

namespace puppis::cue {

namespace {

Location placeOf(const SyntaxFault& fault, const SourceFile& source) {
  const std::string_view text = source.text();
  if (fault.offset < text.size() || !text.ends_with('\n')) return source.locate(fault.offset, fault.length);
  // The end of the text is shown behind its last line, not on the empty one below, where nothing can be seen.
  const Location last = source.locate(text.size() - 1);
  return source.locateLine(last.line, last.column + 1);
}

Error errorOf(const SyntaxFault& fault, const SourceFile& source) {
  Error error(ErrorCode::InvalidArgument, fault.message);
  error.at(placeOf(fault, source));
  if (!fault.expected.empty()) error.expected(fault.expected);
  if (!fault.found.empty()) error.found(fault.found);
  return error;
}

}  // namespace

Error SyntaxFaults::toError(const SourceFile& source) const {
  std::vector<const SyntaxFault*> sorted;
  sorted.reserve(faults_.size());
  for (const SyntaxFault& fault : faults_) sorted.push_back(&fault);
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const SyntaxFault* a, const SyntaxFault* b) { return a->offset < b->offset; });
  const auto same = [](const SyntaxFault* a, const SyntaxFault* b) {
    return a->offset == b->offset && a->message == b->message && a->expected == b->expected;
  };
  sorted.erase(std::unique(sorted.begin(), sorted.end(), same), sorted.end());
  if (sorted.size() == 1) return errorOf(*sorted.front(), source);
  Error all(ErrorCode::InvalidArgument, std::to_string(sorted.size()) + " syntax errors");
  for (const SyntaxFault* fault : sorted) all.detail(errorOf(*fault, source));
  return all;
}

}  // namespace puppis::cue
