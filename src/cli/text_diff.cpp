// SPDX-License-Identifier: Apache-2.0
#include "cli/text_diff.h"

#include <algorithm>
#include <unordered_map>
#include <utility>
#include <vector>

namespace puppis::cli {

namespace {

using Pairs = std::vector<std::pair<std::size_t, std::size_t>>;

std::vector<std::string> linesOf(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) {
      out.push_back(std::string(text) + "\n\\ No newline at end of file\n");
      break;
    }
    out.emplace_back(text.substr(0, end + 1));
    text.remove_prefix(end + 1);
  }
  return out;
}

/// The longest run of matching pairs, both sides rising, among the lines that occur once in either text.
Pairs anchors(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  struct Count {
    std::size_t inA = 0, inB = 0, atA = 0, atB = 0;
  };
  std::unordered_map<std::string_view, Count> counts;
  for (std::size_t i = 0; i < a.size(); ++i) {
    Count& count = counts[a[i]];
    ++count.inA;
    count.atA = i;
  }
  for (std::size_t i = 0; i < b.size(); ++i) {
    Count& count = counts[b[i]];
    ++count.inB;
    count.atB = i;
  }
  Pairs unique;
  for (const auto& [line, count] : counts) {
    if (count.inA == 1 && count.inB == 1) unique.emplace_back(count.atA, count.atB);
  }
  std::sort(unique.begin(), unique.end());

  // Patience sorting: tails[k] ends the best run of length k + 1.
  std::vector<std::size_t> tails;
  std::vector<std::size_t> previous(unique.size(), unique.size());
  for (std::size_t i = 0; i < unique.size(); ++i) {
    const auto place =
        std::lower_bound(tails.begin(), tails.end(), unique[i].second,
                         [&](std::size_t t, std::size_t value) { return unique[t].second < value; });
    if (place != tails.begin()) previous[i] = *(place - 1);
    if (place == tails.end()) {
      tails.push_back(i);
    } else {
      *place = i;
    }
  }
  Pairs out;
  for (std::size_t i = tails.empty() ? unique.size() : tails.back(); i < unique.size(); i = previous[i]) {
    out.push_back(unique[i]);
  }
  std::reverse(out.begin(), out.end());
  return out;
}

}  // namespace

std::string unifiedDiff(std::string_view oldName, std::string_view oldText, std::string_view newName,
                        std::string_view newText) {
  if (oldText == newText) return {};
  constexpr std::size_t kContext = 3;
  const std::vector<std::string> a = linesOf(oldText);
  const std::vector<std::string> b = linesOf(newText);
  std::string out = "diff " + std::string(oldName) + " " + std::string(newName) + "\n--- " +
                    std::string(oldName) + "\n+++ " + std::string(newName) + "\n";

  Pairs matches = anchors(a, b);
  matches.emplace_back(a.size(), b.size());
  std::size_t doneA = 0;  // everything before was written or is equal
  std::size_t doneB = 0;
  std::size_t chunkA = 0;
  std::size_t chunkB = 0;
  std::size_t countA = 0;
  std::size_t countB = 0;
  std::vector<std::string> chunk;
  const auto equalLine = [&](std::size_t i) {
    chunk.push_back(" " + a[i]);
    ++countA;
    ++countB;
  };
  for (auto [atA, atB] : matches) {
    if (atA < doneA) continue;
    // The equal stretch around the anchor.
    std::size_t startA = atA;
    std::size_t startB = atB;
    while (startA > doneA && startB > doneB && a[startA - 1] == b[startB - 1]) --startA, --startB;
    std::size_t endA = atA;
    std::size_t endB = atB;
    while (endA < a.size() && endB < b.size() && a[endA] == b[endB]) ++endA, ++endB;
    for (; doneA < startA; ++doneA, ++countA) chunk.push_back("-" + a[doneA]);
    for (; doneB < startB; ++doneB, ++countB) chunk.push_back("+" + b[doneB]);

    const bool atEnd = endA >= a.size() && endB >= b.size();
    if (!atEnd && (endA - startA < kContext || (!chunk.empty() && endA - startA < 2 * kContext))) {
      for (std::size_t i = startA; i < endA; ++i) equalLine(i);
      doneA = endA;
      doneB = endB;
      continue;
    }
    if (!chunk.empty()) {
      const std::size_t tail = std::min(kContext, endA - startA);
      for (std::size_t i = 0; i < tail; ++i) equalLine(startA + i);
      const std::size_t fromA = countA > 0 ? chunkA + 1 : chunkA;
      const std::size_t fromB = countB > 0 ? chunkB + 1 : chunkB;
      out += "@@ -" + std::to_string(fromA) + "," + std::to_string(countA) + " +" + std::to_string(fromB) +
             "," + std::to_string(countB) + " @@\n";
      for (const std::string& line : chunk) out += line;
      chunk.clear();
    }
    if (atEnd) break;
    chunkA = endA - kContext;
    chunkB = endB - kContext;
    countA = countB = 0;
    for (std::size_t i = chunkA; i < endA; ++i) equalLine(i);
    doneA = endA;
    doneB = endB;
  }
  return out;
}

}  // namespace puppis::cli
