// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "data/value.h"

namespace puppis::apiserver::kinds {

/// autoscaling/v1 and v2 HorizontalPodAutoscalers as each other; what v1 cannot say travels in annotations.
data::Value autoscalerToV2(const data::Value& v1);
data::Value autoscalerToV1(const data::Value& v2);

/// events.k8s.io/v1 and core v1 Events as each other.
data::Value eventToCore(const data::Value& event);
data::Value eventFromCore(const data::Value& core);

}  // namespace puppis::apiserver::kinds
