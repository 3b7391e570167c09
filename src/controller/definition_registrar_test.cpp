// SPDX-License-Identifier: Apache-2.0
#include "controller/definition_registrar.h"

#include <gtest/gtest.h>

#include "controller/types.h"
#include "kube/memory_client.h"
#include "kube/object.h"
#include "oam/runtime.h"

namespace puppis::controller {
namespace {

using data::Value;

const kube::Gvr kComponents{"core.oam.dev", "v1beta1", "componentdefinitions"};

class RegistrarTest : public testing::Test {
 protected:
  /// Registers the definition with this template; keeps one revision beside the newest.
  void define(const std::string& text) {
    Value cue = Value::object({{"template", text}});
    Value spec = Value::object({{"schematic", Value::object({{"cue", std::move(cue)}})}});
    auto live = client.get(kComponents, {"d", "web"});
    Result<Value> written =
        live
            ? client.patch(kComponents, {"d", "web"}, kube::PatchType::Merge, Value::object({{"spec", spec}}))
            : client.create(kComponents, "d",
                            Value::object({{"apiVersion", "core.oam.dev/v1beta1"},
                                           {"kind", "ComponentDefinition"},
                                           {"metadata", Value::object({{"name", "web"}, {"namespace", "d"}})},
                                           {"spec", spec}}));
    ASSERT_TRUE(written) << written.error().str();
    kube::Change change;
    if (live) change.before = *live;
    change.after = *written;
    registrar.changed(change);
    registrar.runReady();
  }
  std::string revisions() {
    std::string out;
    auto list = client.list(kDefinitionRevisions, "d");
    for (const Value& one : list->items) out += kube::name(one) + " ";
    return out;
  }

  ManualClock clock;
  SeededRandom random{1};
  NullLog log;
  kube::MemoryClient client{clock, random};
  DefinitionRegistrar registrar{client, clock, log, oam::makeRuntime(), 1};
};

TEST_F(RegistrarTest, EveryTextIsARevisionAndOldOnesGo) {
  define("output: kind: \"A\"");
  define("output: kind: \"A\"");
  EXPECT_EQ(revisions(), "web-v1 ");
  define("output: kind: \"B\"");
  define("output: kind: \"C\"");
  EXPECT_EQ(revisions(), "web-v2 web-v3 ");
}

TEST_F(RegistrarTest, WhatAnApplicationAsksForStays) {
  define("output: kind: \"A\"");
  Value component = Value::object({{"name", "c"}, {"type", "web@v1"}});
  Value spec = Value::object({{"components", Value::array({component})}});
  ASSERT_TRUE(
      client.create(kApplications, "other",
                    Value::object({{"apiVersion", "core.oam.dev/v1beta1"},
                                   {"kind", "Application"},
                                   {"metadata", Value::object({{"name", "a"}, {"namespace", "other"}})},
                                   {"spec", spec}})));
  for (const char* kind : {"B", "C", "D"}) define(std::string("output: kind: \"") + kind + "\"");
  EXPECT_EQ(revisions(), "web-v1 web-v3 web-v4 ");
}

}  // namespace
}  // namespace puppis::controller
