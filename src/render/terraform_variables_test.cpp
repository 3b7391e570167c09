// SPDX-License-Identifier: Apache-2.0
#include "render/terraform_variables.h"

#include <gtest/gtest.h>

namespace puppis::render {
namespace {

TEST(TerraformVariables, ReadsBlocksAmongOthers) {
  auto v = terraformVariables(R"(
# a comment with a "quote and a }
provider "alicloud" { region = "x" }
resource "alicloud_oss_bucket" "b" {
  bucket = var.bucket
  rule { enabled = true }
}
variable "bucket" {
  description = "OSS \"bucket\" name"
  default     = { a = ["}"] }
  type        = string
}
variable "acl" {
  type = list(string)
  validation {
    condition = length(var.acl) > 0
  }
}
variable "n" { type = number }
)");
  ASSERT_EQ(v.size(), 3u);
  EXPECT_EQ(v[0].name, "bucket");
  EXPECT_EQ(v[0].description, "OSS \"bucket\" name");
  EXPECT_TRUE(v[0].hasDefault);
  EXPECT_EQ(v[1].type, "list(string)");
  EXPECT_FALSE(v[1].hasDefault);
  EXPECT_EQ(v[2].type, "number");
}

TEST(TerraformVariables, SurvivesWhatIsNoHcl) {
  EXPECT_TRUE(terraformVariables("variable \"x").empty());
  EXPECT_EQ(terraformVariables("variable \"x\" {").size(), 1u);
  EXPECT_TRUE(terraformVariables("}}}{{{((").empty());
}

TEST(TerraformVariables, SchemaSaysWhatMustBeGiven) {
  auto schema =
      terraformSchema(data::Value::object({{"configuration", "variable \"a\" { type = list(number) }"}}));
  EXPECT_EQ(schema.get("properties", "a", "items", "type").asString(), "number");
  EXPECT_EQ(schema.get("required").at(0).asString(), "a");
}

}  // namespace
}  // namespace puppis::render
