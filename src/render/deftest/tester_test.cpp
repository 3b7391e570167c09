// SPDX-License-Identifier: Apache-2.0
#include "render/deftest/tester.h"

#include <gtest/gtest.h>

#include "base/files.h"
#include "base/strings.h"
#include "cue/cue.h"
#include "oam/builtin.h"
#include "oam/catalog.h"
#include "oam/extends.h"
#include "oam/runtime.h"

namespace puppis::render::deftest {
namespace {

constexpr const char* kScale = R"(scale: {
	type: "trait"
	attributes: status: healthPolicy: "isHealth: context.outputs.x.ok"
}
template: {
	// +patchStrategy=retainKeys
	patch: spec: replicas: parameter.replicas
	if parameter.extra != _|_ {
		outputs: x: {kind: "X", name: parameter.extra}
	}
	errs: [if parameter.replicas > 100 {"too many"}]
	parameter: {
		replicas: int & >=0 & <=200
		extra?:   string
	}
}
)";

struct Bench {
  std::shared_ptr<cue::Runtime> runtime = oam::makeRuntime();
  ManualClock clock;
  MemoryFiles files;
  Tester tester{runtime, clock, files};

  Report run(const std::string& definition, const std::string& tests, TestOptions options = {}) {
    auto parsed = oam::parseAuthoredDefinition(SourceFile::make("d.cue", definition), *runtime);
    EXPECT_TRUE(parsed) << parsed.error().str();
    auto file = parseTestFile(SourceFile::make("d.test.yaml", tests));
    EXPECT_TRUE(file) << file.error().str();
    return tester.run(**parsed, *file, options);
  }
};

std::string faultsOf(const Report& report) {
  std::string out;
  for (const Outcome& o : report.outcomes) {
    for (const Error& e : o.faults) out += o.name + ": " + e.str() + "\n";
  }
  return out;
}

TEST(Tester, PassesWhatIsRight) {
  Report report = Bench().run(kScale, R"(tests:
- name: replaces
  properties: {replicas: 3, extra: a}
  workload: {kind: Deployment, spec: {replicas: 1, paused: true}}
  expect:
    patch: {$only: {spec: {replicas: 3}}}
    outputs: {x: {name: a}}
    result: {$only: {kind: Deployment, spec: {replicas: 3, paused: true}}}
- name: refuses
  properties: {replicas: 101}
  errors: [too many]
- name: must be given
  errors: [replicas]
- name: health
  properties: {replicas: 1}
  health:
  - {live: {outputs: {x: {ok: true}}}, healthy: true}
  - {live: {outputs: {x: {}}}, healthy: false}
)");
  EXPECT_EQ(faultsOf(report), "");
  EXPECT_EQ(report.outcomes.size(), 5U);  // with the random inputs
  EXPECT_EQ(report.coverage.branches, 2U);
  EXPECT_TRUE(report.coverage.missed.empty());
}

TEST(Tester, NamesWhatIsWrongAtItsLineInTheTest) {
  TestOptions options;
  options.random = 0;
  Report report = Bench().run(kScale, R"(tests:
- name: differs
  properties: {replicas: 3}
  expect:
    patch: {spec: {replicas: 4}}
    outputs: {}
- name: is not refused
  properties: {replicas: 3}
  errors: [anything]
- name: is refused otherwise
  properties: {replicas: 101}
  errors: [something else]
- name: is healthy
  properties: {replicas: 3}
  health:
  - {live: {outputs: {x: {ok: true}}}, healthy: false}
)",
                              options);
  std::string all = faultsOf(report);
  EXPECT_NE(all.find("differs: d.test.yaml:5:30: patch.spec.replicas: wanted 4, is 3"), std::string::npos)
      << all;
  EXPECT_NE(all.find("differs: d.test.yaml:6:14: outputs: is missing"), std::string::npos) << all;
  EXPECT_NE(all.find("is not refused: d.test.yaml:7:3: should have been refused"), std::string::npos) << all;
  EXPECT_NE(all.find("no error says \"something else\""), std::string::npos) << all;
  EXPECT_NE(all.find("is healthy: d.test.yaml:16:5: is healthy, should not be"), std::string::npos) << all;
  EXPECT_FALSE(report.passed());
  ASSERT_EQ(report.coverage.missed.size(), 1U);
  EXPECT_EQ(report.coverage.missed[0].line, 8U);
}

// A definition that extends another takes its parameters and narrows them, adds its own, and patches the
// output.
TEST(Tester, ExtendingAddsNarrowsAndPatches) {
  Bench bench;
  oam::BuiltInCatalog catalog(bench.runtime);
  auto parsed = oam::parseAuthoredDefinition(SourceFile::make("shop.cue", R"(shop: {
	type: "component"
	attributes: extends: "webservice"
}
template: {
	// +patchStrategy=retainKeys
	patch: spec: replicas: parameter.replicas
	output: spec: template: spec: serviceAccountName: "shop"
	parameter: {
		image: =~"^registry.example.com/"
		// +usage=How many
		replicas: *2 | int
	}
}
)"),
                                             *bench.runtime);
  ASSERT_TRUE(parsed) << parsed.error().str();
  auto whole = oam::extended(*parsed, catalog);
  ASSERT_TRUE(whole) << whole.error().str();
  auto tests = parseTestFile(SourceFile::make("shop.test.yaml", R"(tests:
- name: all parts
  properties: {image: registry.example.com/a, ports: [{port: 80, expose: true}]}
  expect:
    output: {spec: {template: {spec: {serviceAccountName: shop, containers: [{image: registry.example.com/a}]}}}}
    outputs: {webserviceExpose: {kind: Service}}
    result: {spec: {replicas: 2}}
- name: narrowed
  properties: {image: docker.io/a}
  errors: [image]
- name: closed
  properties: {image: registry.example.com/a, imge: b}
  errors: [imge]
- name: health is inherited
  properties: {image: registry.example.com/a}
  health:
  - {live: {output: {metadata: {generation: 1}, spec: {replicas: 2}}}, healthy: false, message: "Ready:0/2"}
)"));
  ASSERT_TRUE(tests) << tests.error().str();
  TestOptions options;
  options.random = 5;
  EXPECT_EQ(faultsOf(bench.tester.run(**whole, *tests, options)), "");
}

TEST(Tester, RandomInputsFindWhatTheTestsForgot) {
  Report report = Bench().run(R"(c: {type: "component"}
template: {
	output: {kind: "X", name: parameter.name}
	parameter: name?: string
}
)",
                              R"(tests:
- name: with a name
  properties: {name: a}
  expect: {output: {name: a}}
)");
  EXPECT_FALSE(report.passed());
  EXPECT_NE(faultsOf(report).find("random inputs"), std::string::npos);
}

TEST(Tester, GoldenFilesAreWrittenAndCompared) {
  Bench bench;
  const char* tests = R"(tests:
- name: all of it
  properties: {replicas: 3}
  golden: g.yaml
)";
  TestOptions options;
  options.random = 0;
  EXPECT_FALSE(bench.run(kScale, tests, options).passed());
  options.updateGolden = true;
  EXPECT_TRUE(bench.run(kScale, tests, options).passed());
  EXPECT_EQ(*bench.files.read("g.yaml"), "patch:\n  spec:\n    replicas: 3\nerrs: []\n");
  options.updateGolden = false;
  EXPECT_TRUE(bench.run(kScale, tests, options).passed());
}

// Every definition that is built in has tests, passes them and a few random inputs, and has an example.
TEST(Tester, TheBuiltInDefinitionsPass) {
  Bench bench;
  TestOptions options;
  options.random = 3;
  std::size_t count = 0;
  for (const oam::BuiltInFile& file : oam::builtInFiles()) {
    if (!endsWith(file.path, ".cue") || startsWith(file.path, "packages/")) continue;
    std::string stem(file.path.substr(0, file.path.size() - 4));
    auto tests = oam::builtInFile(stem + ".test.yaml");
    ASSERT_TRUE(tests) << stem;
    EXPECT_TRUE(oam::builtInFile(stem + ".example.yaml")) << stem;
    Report report = bench.run(std::string(file.text), std::string(*tests), options);
    EXPECT_EQ(faultsOf(report), "") << stem;
    ++count;
  }
  EXPECT_GE(count, 89U);
}

}  // namespace
}  // namespace puppis::render::deftest
