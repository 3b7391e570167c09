// SPDX-License-Identifier: Apache-2.0
#include "cue/load/injection.h"

#include <set>
#include <string>

#include "cue/load/tags.h"

namespace puppis::cue {

namespace {

void checkFile(const File& file, std::vector<Error>& errors) {
  const auto fault = [&](const Node& node, std::string message) {
    errors.push_back(Error(ErrorCode::InvalidArgument, std::move(message)).at(file.locate(node)));
  };
  const bool hasPackage = file.packageClause() != nullptr;
  bool pastPackage = false;
  std::set<std::string> kinds;
  for (const Decl* decl : file.decls) {
    if (decl->is<Package>()) {
      pastPackage = true;
      continue;
    }
    const auto* attribute = decl->as<Attribute>();
    if (attribute == nullptr) {
      if (decl->is<ImportDecl>()) continue;
      break;
    }
    if (attribute->name() != "extern") continue;
    if (!hasPackage) {
      fault(*attribute, "extern attribute without package clause");
      return;
    }
    if (pastPackage) {
      fault(*attribute, "extern attribute must appear before package clause");
      continue;
    }
    const auto arguments = attributeArguments(attribute->body());
    const std::string kind = arguments.empty() ? "" : arguments[0].value;
    if (kind.empty()) {
      fault(*attribute, "injection name must be non-empty");
    } else if (!kinds.insert(kind).second) {
      fault(*attribute, "duplicate @extern attribute for kind \"" + kind + "\"");
    } else if (kind != "embed") {
      fault(*attribute, "no injection defined for \"" + kind + "\"");
    }
  }
}

}  // namespace

std::vector<Error> checkInjections(std::span<const std::shared_ptr<const File>> files) {
  std::vector<Error> out;
  for (const auto& file : files) checkFile(*file, out);
  return out;
}

}  // namespace puppis::cue
