// SPDX-License-Identifier: Apache-2.0
#include "cue/builtin/builtin.h"

#include <algorithm>
#include <array>

#include "cue/builtin/packages.h"

namespace puppis::cue::builtin {

const Function* Package::function(std::string_view wanted) const {
  for (const Function& entry : functions) {
    if (entry.name == wanted) return &entry;
  }
  return nullptr;
}

const Constant* Package::constant(std::string_view wanted) const {
  for (const Constant& entry : constants) {
    if (entry.name == wanted) return &entry;
  }
  return nullptr;
}

std::span<const Package* const> packages() {
  static const std::array table = [] {
    std::array out = {
        &kBase64Package,    &kBitsPackage,     &kCsvPackage,      &kEd25519Package, &kHexPackage,
        &kHmacPackage,      &kHtmlPackage,     &kJsonPackage,     &kListPackage,    &kMathPackage,
        &kMd5Package,       &kNetPackage,      &kPathPackage,     &kRegexpPackage,  &kSha1Package,
        &kSha256Package,    &kSha512Package,   &kStrconvPackage,  &kStringsPackage, &kStructPackage,
        &kTabwriterPackage, &kTemplatePackage, &kTimePackage,     &kTomlPackage,    &kToolCliPackage,
        &kToolExecPackage,  &kToolFilePackage, &kToolHttpPackage, &kToolOsPackage,  &kToolPackage,
        &kUuidPackage,      &kYamlPackage,
    };
    std::sort(out.begin(), out.end(), [](const Package* a, const Package* b) { return a->path < b->path; });
    return out;
  }();
  return table;
}

const Package* findPackage(std::string_view path) {
  auto all = packages();
  auto at = std::lower_bound(all.begin(), all.end(), path,
                             [](const Package* entry, std::string_view key) { return entry->path < key; });
  return at != all.end() && (*at)->path == path ? *at : nullptr;
}

}  // namespace puppis::cue::builtin
