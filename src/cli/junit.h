// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "render/deftest/tester.h"

namespace puppis::cli {

/// The results in the form of JUnit's XML: a suite for each definition, a case for each test.
std::string junitXml(const std::vector<render::deftest::Report>& reports);

}  // namespace puppis::cli
