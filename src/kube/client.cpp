// SPDX-License-Identifier: Apache-2.0
#include "kube/client.h"

namespace puppis::kube {

std::string_view contentType(PatchType type) {
  switch (type) {
    case PatchType::Json:
      return "application/json-patch+json";
    case PatchType::Merge:
      return "application/merge-patch+json";
    case PatchType::Strategic:
      return "application/strategic-merge-patch+json";
    case PatchType::Apply:
      return "application/apply-patch+yaml";
  }
  return {};
}

Result<List> listAll(Client& client, const Gvr& type, const std::string& ns, ListOptions options) {
  TRY(List all, client.list(type, ns, options));
  while (!all.continueToken.empty()) {
    options.continueToken = all.continueToken;
    options.resourceVersion.clear();
    options.resourceVersionMatch.clear();
    TRY(List page, client.list(type, ns, options));
    for (auto& item : page.items) all.items.push_back(std::move(item));
    all.continueToken = page.continueToken;
  }
  all.remaining.reset();
  return all;
}

}  // namespace puppis::kube
