// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/source.h"
#include "data/value.h"

namespace puppis::data {

/// How plain scalars get their type.
enum class YamlSchema {
  Kubernetes,  ///< as sigs.k8s.io/yaml: yes/no/on/off are booleans, 0o/0x/0b/012 integers, keys become
               ///< strings
  Cue,         ///< as CUE's own decoder (YAML 1.2 core with its exceptions)
};

/// Every document of a YAML text, marks kept, anchors and merge keys resolved. Empty documents are left out.
/// Errors (InvalidArgument) carry the place: syntax, bad UTF-8, duplicate keys (both places), unknown
/// anchors, and alias expansion beyond 10 million nodes or nesting beyond 1,000.
Result<std::vector<Value>> parseYaml(const std::shared_ptr<const SourceFile>& source,
                                     YamlSchema schema = YamlSchema::Kubernetes);

/// Block style, two spaces, lists not indented under their key, strings quoted only where a reader would take
/// them for something else: the form kubectl prints. Ends with a newline.
std::string toYaml(const Value& value);

/// The place of a mark in its text, for an Error.
Location locate(const SourceFile& source, Mark mark, std::uint32_t length = 1);

}  // namespace puppis::data
