// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "apiserver/kind.h"
#include "data/value.h"

namespace puppis::apiserver {

/// Checks names, labels, annotations, finalizers and owners as Kubernetes does for every kind.
void validateMetadata(const data::Value& object, const KindInfo& kind, Faults& faults);
/// What an update may not change in metadata, and that a deletion under way is not taken back.
void validateMetadataUpdate(const data::Value& object, const data::Value& old, Faults& faults);
/// Why `name` is no name by this rule; empty when it is one.
std::string nameFault(std::string_view name, KindInfo::NameRule rule);
/// Why `text` is no qualified name ("prefix/name", as label and annotation keys); empty when it is one.
std::string qualifiedNameFault(std::string_view text);
/// Why `text` is no label value; empty when it is one.
std::string labelValueFault(std::string_view text);

}  // namespace puppis::apiserver
