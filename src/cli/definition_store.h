// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "controller/api_catalog.h"
#include "data/value.h"
#include "kube/client.h"
#include "oam/definition.h"

namespace puppis::cli {

using controller::definitionResource;

/// Where definitions live that every namespace sees.
inline constexpr std::string_view kSystemNamespace = "vela-system";

/// The definitions of a namespace ("" for all), of one kind or of the four that Applications name; by kind,
/// then by name.
Result<std::vector<data::Value>> listDefinitions(kube::Client& client,
                                                 std::optional<oam::DefinitionKind> kind,
                                                 const std::string& ns);

/// The definition of a name, in `ns` and then in the system namespace. Without a kind, the only one that has
/// the name; InvalidArgument when there are several.
Result<data::Value> getDefinition(kube::Client& client, std::optional<oam::DefinitionKind> kind,
                                  const std::string& ns, const std::string& name);

enum class Applied : std::uint8_t { Created, Configured, Unchanged };
/// "created", "configured", "unchanged".
std::string_view appliedWord(Applied applied);

/// Makes the definition's object in `ns`, or changes the one that is there. Labels and annotations that
/// others have put on it stay. The namespace is made when it is missing.
Result<Applied> applyDefinition(kube::Client& client, const data::Value& object, const std::string& ns,
                                bool dryRun);

/// The DefinitionRevisions of a definition, oldest first.
Result<std::vector<data::Value>> definitionRevisions(kube::Client& client, const std::string& ns,
                                                     const std::string& name);

}  // namespace puppis::cli
