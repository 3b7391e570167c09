// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string_view>

#include "base/result.h"
#include "oam/catalog.h"
#include "oam/definition.h"

namespace puppis::oam {

/// The definition with what it inherits from the ones it extends: their templates (baseSources, the farthest
/// first), and of status rules, workload and other attributes those it does not set itself. The same object
/// when it extends nothing. Fails when a base is not there or the chain comes back to itself.
///
/// Where a base says `parameter: #P`, a `parameter: {...}` of the extending template means `#P: {...}`: a
/// closed parameter takes new fields only in its definition.
Result<std::shared_ptr<const Definition>> extended(const std::shared_ptr<const Definition>& definition,
                                                   const Catalog& catalog);

/// Catalog::find, with what the definition inherits.
Result<std::shared_ptr<const Definition>> findExtended(const Catalog& catalog, DefinitionKind kind,
                                                       std::string_view type);

}  // namespace puppis::oam
