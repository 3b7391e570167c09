// SPDX-License-Identifier: Apache-2.0
#include "render/trait_name.h"

#include <gtest/gtest.h>

#include "data/json.h"

namespace puppis::render {
namespace {

TEST(TraitName, IsKubeVelas) {
  // The dump of this object by the spew library, as an unstructured.Unstructured, hashes to 3230228419.
  auto object = data::parseJson(
      R"({"kind":"A","spec":{"a":1,"b":1.5,"c":[1,"x",null,true],"d":{},"e":[],"n":null,"neg":-3,"big":1e30,"q":"a\"b\nc"}})");
  ASSERT_TRUE(object);
  EXPECT_EQ(generatedTraitName("web", "Ingress", *object), "web-ingress-767466d85f");
}

}  // namespace
}  // namespace puppis::render
