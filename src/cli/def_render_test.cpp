// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "cli/testing/world.h"
#include "cli/verbs.h"
#include "data/json.h"

namespace puppis::cli {
namespace {

constexpr const char* kTrait =
    "mine: {type: \"trait\", annotations: {}, labels: {}, description: \"\", attributes: {}}\n"
    "template: {patch: spec: size: parameter.size, parameter: size: int}\n";

struct Rendering {
  explicit Rendering(std::vector<std::string> line) {
    EXPECT_TRUE(world.files.write("mine.cue", kTrait, 0644));
    EXPECT_TRUE(world.files.write("p.yaml", "{size: 3}", 0644));
    EXPECT_TRUE(world.files.write("s.yaml", "{replicas: 3}", 0644));
    line.insert(line.begin(), {"def", "render"});
    code = runCommandLine(line, allVerbs(), world.context);
    out = world.out.str();
    err = world.err.str();
  }
  testing::World world;
  int code = 0;
  std::string out;
  std::string err;
};

TEST(DefRender, FindsTheKindByTheName) {
  Rendering scaler({"scaler", "--parameter", "s.yaml", "-o", "json"});
  EXPECT_EQ(scaler.code, 0) << scaler.err;
  EXPECT_NE(scaler.out.find("\"replicas\": 3"), std::string::npos) << scaler.out;
  EXPECT_EQ(Rendering({"scaler", "--kind", "TraitDefinition", "--parameter", "s.yaml"}).code, 0);
  Rendering wrong({"scalr"});
  EXPECT_NE(wrong.code, 0);
  EXPECT_NE(wrong.err.find("did you mean scaler"), std::string::npos) << wrong.err;
}

TEST(DefRender, TakesAFile) {
  Rendering rendered({"mine.cue", "--parameter", "p.yaml", "-o", "json"});
  EXPECT_EQ(rendered.code, 0) << rendered.err;
  EXPECT_NE(rendered.out.find("\"size\": 3"), std::string::npos) << rendered.out;
  Rendering object({"mine.cue"});
  EXPECT_EQ(object.code, 0) << object.err;
  EXPECT_NE(object.out.find("kind: TraitDefinition"), std::string::npos) << object.out;
  EXPECT_EQ(Rendering({"mine", "-d", "mine.cue", "--parameter", "p.yaml"}).code, 0);
}

}  // namespace
}  // namespace puppis::cli
