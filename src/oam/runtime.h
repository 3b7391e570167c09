// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

namespace puppis::cue {
class Runtime;
}

namespace puppis::oam {

/// A CUE runtime in which templates can import the packages of actions, "vela/kube" and the others of
/// definitions/packages/.
std::shared_ptr<cue::Runtime> makeRuntime();

}  // namespace puppis::oam
