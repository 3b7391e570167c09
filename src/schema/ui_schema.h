// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "data/value.h"

namespace puppis::schema {

/// The form a front end draws for a parameter schema (see openapi.h): a list of fields in the shape of
/// KubeVela's UI schema (jsonKey, label, description, uiType, sort, validate, subParameters,
/// additionalParameter). Fields that must be filled in come first, the others keep their order.
data::Value uiSchema(const data::Value& openApi);

/// A form with the changes of `custom` (a list of the same shape) laid over it, matched by jsonKey at every
/// depth.
data::Value mergeUiSchema(const data::Value& form, const data::Value& custom);

}  // namespace puppis::schema
