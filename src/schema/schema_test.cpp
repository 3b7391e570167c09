// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "cue/cue.h"
#include "data/json.h"
#include "schema/application_schema.h"
#include "schema/comments.h"
#include "schema/openapi.h"
#include "schema/reference.h"
#include "schema/types.h"
#include "schema/ui_schema.h"

namespace puppis::schema {
namespace {

class Schema : public testing::Test {
 protected:
  cue::Value parameter(const std::string& text) {
    auto program = runtime_->compile("t.cue", "parameter: {\n" + text + "\n}\n");
    EXPECT_TRUE(program) << (program ? "" : program.error().str());
    if (!program) return {};
    return session_.evaluate(*program, std::span<const cue::Binding>()).lookup("parameter");
  }
  data::Value openApi(const std::string& text) {
    auto out = openApiSchema(parameter(text));
    EXPECT_TRUE(out) << (out ? "" : out.error().str());
    return out ? *out : data::Value();
  }

 private:
  std::shared_ptr<cue::Runtime> runtime_ = cue::Runtime::make();
  cue::Session session_{runtime_};
};

TEST(Comments, AUsageEndsAtTheNextMarker) {
  Markers m = parseMarkers("+usage=How many\nreplicas to run\n+short=r\n+immutable");
  EXPECT_EQ(m.usage, "How many\nreplicas to run");
  EXPECT_EQ(m.shortFlag, "r");
  EXPECT_TRUE(m.immutable);
}

TEST_F(Schema, ACoveredDefaultIsNoAlternative) {
  auto s = openApi("// +usage=Name\nname: *\"x\" | string\nkind: *\"TCP\" | \"UDP\"").get("properties");
  EXPECT_EQ(data::toJson(s.get("name")),
            R"({"type":"string","default":"x","title":"name","description":"Name"})");
  EXPECT_EQ(data::toJson(s.get("kind", "enum")), R"(["TCP","UDP"])");
}

TEST_F(Schema, NullListsAndMapsKeepTheirTypes) {
  auto s = openApi("args: *null | [...string]\nlabels?: [string]: string\ncpu?: number | string")
               .get("properties");
  EXPECT_EQ(s.get("args", "type").asString(), "array");
  EXPECT_TRUE(s.get("args", "nullable").asBool());
  EXPECT_EQ(s.get("labels", "additionalProperties", "type").asString(), "string");
  EXPECT_EQ(data::toJson(s.get("cpu", "oneOf")), R"([{"type":"number"},{"type":"string"}])");
}

TEST_F(Schema, BoundsBecomeLimits) {
  auto s = openApi("port: int & >=1 & <=65535\nname: =~\"^[a-z]+$\"").get("properties");
  EXPECT_EQ(s.get("port", "minimum").asInt(), 1);
  EXPECT_EQ(s.get("port", "maximum").asInt(), 65535);
  EXPECT_EQ(s.get("name", "pattern").asString(), "^[a-z]+$");
}

TEST_F(Schema, NestedTypesGetTheirOwnTable) {
  auto tables =
      referenceTables(parameter("// +usage=Ports\nports?: [...{port: int, name?: string}]\nn: *1 | int"));
  ASSERT_EQ(tables.size(), 2u);
  EXPECT_EQ(tables[0].rows[0].type, "[]ports(#ports)");
  EXPECT_FALSE(tables[0].rows[1].required);
  EXPECT_EQ(tables[0].rows[1].standard, "1");
  EXPECT_EQ(tables[1].heading, "ports");
  EXPECT_TRUE(tables[1].rows[0].required);
}

TEST_F(Schema, AFormAsksFirstForWhatMustBeGiven) {
  auto form = uiSchema(openApi("replicas: *1 | int\nimage: string"));
  EXPECT_EQ(form.at(0).get("jsonKey").asString(), "image");
  EXPECT_EQ(form.at(1).get("uiType").asString(), "Number");
}

TEST_F(Schema, AnEditorNeedNotWriteDefaults) {
  auto json = toJsonSchema(openApi("replicas: *1 | int\nimage: string"), true);
  EXPECT_EQ(data::toJson(json.get("required")), R"(["image"])");
  EXPECT_FALSE(json.get("additionalProperties").asBool());
}

TEST_F(Schema, AlternativesThatSeeAFieldDifferentlyStateItThemselves) {
  auto s = openApi(R"(p: {kind: "a", x: int} | {kind: "b", y: string})").get("properties", "p");
  EXPECT_EQ(data::toJson(s.get("properties", "kind", "enum")), R"(["a","b"])");
  EXPECT_EQ(data::toJson(s.get("oneOf").at(0).get("properties", "kind", "enum")), R"(["a"])");
  EXPECT_EQ(data::toJson(s.get("oneOf").at(1).get("properties", "kind", "enum")), R"(["b"])");
}

TEST_F(Schema, OfAnInputOnlyWhatMustBeGivenIsRequired) {
  const std::string text =
      "a: string\nb: *1 | int\nc?: int\nd: [...string]\ne: [string]: string\nf: {g: int}\nh: *null | string";
  EXPECT_EQ(data::toJson(openApi(text).get("required")), R"(["a","b","d","e","f","h"])");
  auto input = inputSchema(parameter(text));
  ASSERT_TRUE(input);
  EXPECT_EQ(data::toJson(input->get("required")), R"(["a","f"])");
}

TEST_F(Schema, TypesOfOtherLanguages) {
  const std::string text = R"(
	// +usage=The image
	image: string
	ports?: [...{port: int, protocol: *"TCP" | "UDP"}]
	labels?: [string]: string
	"odd-name"?: bool
)";
  auto input = inputSchema(parameter(text));
  ASSERT_TRUE(input);
  EXPECT_EQ(goTypes("web-app", "Runs it.", *input, "defs"), R"(// Made by `puppis def gen-api`. DO NOT EDIT.

package defs

// WebApp: Runs it.
type WebApp struct {
	// The image
	Image string `json:"image"`
	Ports []WebAppPort `json:"ports,omitempty"`
	Labels map[string]string `json:"labels,omitempty"`
	OddName *bool `json:"odd-name,omitempty"`
}

// WebAppPort is an object.
type WebAppPort struct {
	Port int64 `json:"port"`
	Protocol *WebAppPortProtocol `json:"protocol,omitempty"`
}

// WebAppPortProtocol is one of the constants below.
type WebAppPortProtocol string

const (
	WebAppPortProtocolTCP WebAppPortProtocol = "TCP"
	WebAppPortProtocolUDP WebAppPortProtocol = "UDP"
)
)");
  EXPECT_EQ(typescriptTypes("web-app", "Runs it.", *input), R"(// Made by `puppis def gen-api`. Do not edit.

// Runs it.
export interface WebApp {
  // The image
  image: string;
  ports?: Array<WebAppPort>;
  labels?: Record<string, string>;
  "odd-name"?: boolean;
}

export interface WebAppPort {
  port: number;
  protocol?: "TCP" | "UDP";
}
)");
}

}  // namespace
}  // namespace puppis::schema
