// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "apiserver/registry.h"
#include "base/clock.h"
#include "data/value.h"

namespace puppis::apiserver {

struct TableStyle {
  std::string version = "v1";              ///< of meta.k8s.io
  std::string includeObject = "Metadata";  ///< "None", "Metadata" or "Object"
};

/// The column definitions of a kind.
data::Value tableColumns(const KindInfo& kind);
/// One row.
data::Value tableRow(const data::Value& object, const KindInfo& kind, const TableStyle& style, Nanos now);
/// A Table around rows; `columns` null leaves the definitions out (later events of a watch).
data::Value tableOf(data::Value columns, std::vector<data::Value> rows, data::Value listMeta,
                    const TableStyle& style);
/// The metadata-only form of an object.
data::Value partialMetadata(const data::Value& object);

}  // namespace puppis::apiserver
