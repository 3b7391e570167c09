// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "cue/builtin/json_text.h"
#include "cue/builtin/template_tree.h"

namespace puppis::cue::builtin::templates {
namespace {

struct Case {
  const char* name;
  const char* source;
  const char* data;  ///< as JSON
  const char* want;  ///< what Go's text/template writes; null when it fails
};

class TemplateTest : public testing::TestWithParam<Case> {};

// The answers are those of Go 1.26.
TEST_P(TemplateTest, WritesWhatGoWrites) {
  Arena arena;
  const json::Parsed data = json::parse(GetParam().data, arena);
  ASSERT_TRUE(data.value.has_value()) << data.error;
  const auto set = parse(GetParam().source, arena);
  Result<std::string> out = set ? execute(*set, *data.value, arena) : fail(set.error());
  if (GetParam().want == nullptr) {
    EXPECT_FALSE(out.has_value()) << *out;
  } else {
    ASSERT_TRUE(out.has_value()) << out.error().str();
    EXPECT_EQ(*out, GetParam().want);
  }
}

constexpr Case kCases[] = {
    {"values", "{{.}}", R"({"a": 1, "b": [1, 2.5, "x", null, true], "c": {}})",
     "map[a:1 b:[1 2.5 x <nil> true] c:map[]]"},
    {"missing", "{{.x}} {{.x.y}}", "{}", "<no value> <no value>"},
    {"fieldOfNull", "{{.a.b}}", R"({"a": null})", nullptr},
    {"fieldOfNumber", "{{.a.b}}", R"({"a": 1})", nullptr},
    {"rangeWithNames", "{{range $i, $e := .l}}{{if $i}}, {{end}}{{$e}}{{else}}none{{end}}",
     R"({"l": [1, 2]})", "1, 2"},
    {"rangeOverNothing", "{{range .l}}{{.}}{{else}}none{{end}}", "{}", "none"},
    {"rangeOverMapSorts", "{{range $k, $v := .}}{{$k}}={{$v}};{{end}}", R"({"z": 1, "a": 2})", "a=2;z=1;"},
    {"rangeOverInt", "{{range 3}}{{.}}{{end}}", "{}", "012"},
    {"breaks", "{{range .}}{{if eq . 2}}{{break}}{{end}}{{.}}{{end}}", "[1, 2, 3]", "1"},
    {"assigns", "{{$x := 1}}{{range .}}{{$x = .}}{{end}}{{$x}}", "[1, 2, 3]", "3"},
    {"trims", "a  {{- /* no */ -}}  b {{- 1 }} c", "{}", "ab1 c"},
    {"with", "{{with .a}}{{.b}}{{else}}no{{end}}", R"({"a": {"b": "q"}})", "q"},
    {"elseIf", "{{if .a}}1{{else if eq .c 3}}3{{else}}0{{end}}", R"({"c": 3})", "3"},
    {"defines", R"({{define "T"}}<{{.}}>{{end}}{{template "T" .x}}{{template "T" 3}})", R"({"x": "y"})",
     "<y><3>"},
    {"blocks", R"({{block "b" .k}}B{{.}}{{end}})", R"({"k": 1})", "B1"},
    {"pipes", R"({{.l | len | printf "%03d"}})", R"({"l": [1, 2]})", "002"},
    {"indexes", R"({{index .l 1}} {{index .m "k"}} {{slice .s 1 3}})",
     R"({"l": [1, 2], "m": {"k": "v"}, "s": "hello"})", "2 v el"},
    {"formats", R"({{printf "%5d|%-5s|%q|%.2f|%t|%x" 42 "ab" "c" 3.14159 true 255}})", "{}",
     "   42|ab   |\"c\"|3.14|true|ff"},
    {"wrongVerb", R"({{printf "%d %s" "x"}})", "{}", "%!d(string=x) %!s(MISSING)"},
    {"escapes", R"({{html "<&>"}} {{js "'<"}} {{urlquery "a b&"}})", "{}",
     R"(&lt;&amp;&gt; \'\u003C a+b%26)"},
    {"compares", R"({{lt 1 2}} {{ge 2 2}} {{ne "a" "b"}} {{eq 1 2 3 1}} {{or 0 "" "x"}})", "{}",
     "true true true true x"},
    {"comparesKinds", "{{lt 1 2.0}}", "{}", nullptr},
    {"literals", "{{1e3}} {{0x1F}} {{017}} {{'a'}} {{1.5}}", "{}", "1000 31 15 97 1.5"},
    {"parentheses", "{{(index . 0).a}}", R"([{"a": "b"}])", "b"},
    {"unclosed", "{{.a", "{}", nullptr},
    {"unknownFunction", "{{foo}}", "{}", nullptr},
    {"endTooMuch", "{{end}}", "{}", nullptr},
    {"endMissing", "{{if .a}}", "{}", nullptr},
    {"unknownVariable", "{{$x}}", "{}", nullptr},
    {"scopeOfVariable", "{{if true}}{{$x := 1}}{{end}}{{$x}}", "{}", nullptr},
    {"callsItself", R"({{define "T"}}{{template "T"}}{{end}}{{template "T"}})", "{}", nullptr},
    {"overflows", "{{100000000000000000000}}", "{}", nullptr},
};

INSTANTIATE_TEST_SUITE_P(Templates, TemplateTest, testing::ValuesIn(kCases),
                         [](const auto& each) { return std::string(each.param.name); });

}  // namespace
}  // namespace puppis::cue::builtin::templates
