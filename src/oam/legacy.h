// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "data/value.h"

namespace puppis::oam {

/// Whether an Application is written in the first form, core.oam.dev/v1alpha2.
bool isFirstForm(const data::Value& application);
/// The same in the v1beta1 form: `settings` and properties written beside the name become `properties`, a
/// trait's `name` its `type`. Marks are kept.
data::Value ofFirstForm(const data::Value& application);

}  // namespace puppis::oam
