// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "apiserver/schema.h"
#include "base/result.h"
#include "data/value.h"

namespace puppis::apiserver {

/// The kind of `value` in encoding/json's words, for "json: cannot unmarshal WORD into Go value ...".
std::string_view jsonWord(const data::Value& value);

/// Takes a JSON object as a Go server takes it into its typed form: unknown fields go (named in `unknown`),
/// nulls and empty optional lists and maps go. An Error (InvalidArgument) in encoding/json's words when a
/// value has the wrong type. Fields with x-kubernetes-preserve-unknown-fields stay whole.
Result<data::Value> decodeTyped(const data::Value& value, const Schema& schema,
                                std::vector<std::string>& unknown);

/// Names what a built-in kind's schema does not know.
void collectUnknown(const data::Value& value, const Schema& schema, std::vector<std::string>& unknown);

/// Removes what a structural schema does not name (naming it in `unknown`); the root's apiVersion, kind and
/// metadata stay, metadata being decoded as ObjectMeta.
Result<data::Value> pruneCustom(const data::Value& value, const Schema& schema, SchemaSet& schemas,
                                std::vector<std::string>& unknown);

/// Fills in the defaults that a structural schema gives, below objects that are there.
void applyDefaults(data::Value& value, const Schema& schema);

}  // namespace puppis::apiserver
