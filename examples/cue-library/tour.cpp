// SPDX-License-Identifier: Apache-2.0

// A tour of libpuppis_cue: a template is compiled once and evaluated with data; the result is looked at,
// exported, filled in, and what is wrong with it is told with its places. Prints what
// tests/cue-library/expected.txt holds.

#include <atomic>
#include <chrono>
#include <cstdio>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "cue/cue.h"
#include "cue/export/export.h"
#include "cue/format/format.h"
#include "data/json.h"
#include "data/yaml.h"

using namespace puppis;

namespace {

constexpr const char* kTemplate = R"(import "strings"

// What users set.
parameter: {
	// The image to run.
	image: string @ui(order=1)
	// How many copies.
	replicas: *1 | >=1 & <=9 @ui(order=2)
	env?: [string]: string
}
output: {
	kind: "Deployment"
	metadata: name: strings.ToLower(context.name)
	spec: {
		replicas: parameter.replicas
		image:    parameter.image
		if parameter.env != _|_ {
			env: [for k, v in parameter.env {name: k, value: v}]
		}
	}
}
)";

void heading(const char* text) {
  std::printf("== %s\n", text);
}

/// One evaluation of the program with these data; the finished `output` as compact JSON.
Result<std::string> render(const std::shared_ptr<cue::Runtime>& runtime,
                           const std::shared_ptr<const cue::Program>& program, const data::Value& parameter,
                           const data::Value& context) {
  cue::Session session(runtime);
  const cue::Value root = session.evaluate(program, {{"parameter", parameter, {}}, {"context", context, {}}});
  TRY(const data::Value output, root.lookup("output").toJson());
  return data::toJson(output);
}

Status tour() {
  auto runtime = cue::Runtime::make();
  cue::CompileOptions options;
  options.openNames = {"context"};
  TRY(const auto program, runtime->compile("template.cue", kTemplate, options));

  heading("JSON, YAML and CUE");
  const auto source = SourceFile::make("values.json", R"({"image": "nginx", "env": {"A": "1"}})");
  TRY(const data::Value parameter, data::parseJson(source));
  const data::Value context = data::Value::object({{"name", "Web"}});
  cue::Session session(runtime);
  const cue::Value root =
      session.evaluate(program, {{"parameter", parameter, source}, {"context", context, {}}});
  TRY(const data::Value output, root.lookup("output").toJson());
  std::printf("%s\n%s", data::toJson(output).c_str(), data::toYaml(output).c_str());
  TRY(const auto shown, cue::exportValue(root.lookup("output.spec"), {.takeDefaults = true}));
  std::printf("%s", cue::format(*shown).c_str());

  heading("fields, docs, attributes");
  for (const cue::FieldView& field : root.lookup("parameter").fields(cue::FieldFilter::all())) {
    std::printf("%s: %s%s", field.name().c_str(), cue::kindText(field.value.incompleteKind()).c_str(),
                field.presence == cue::Presence::Optional ? ", optional" : "");
    for (const cue::Doc& doc : field.value.docs()) std::printf("; %s", doc.text.c_str());
    for (const cue::AttributeView& each : field.value.attributes())
      std::printf("; @%s(%s)", each.name.c_str(), each.body.c_str());
    std::printf("\n");
  }

  heading("walk");
  root.lookup("output").walk([](const cue::Value& value) {
    std::printf("%s ", cue::pathText(value.path()).c_str());
    return true;
  });
  std::printf("\n");

  heading("fill");
  const cue::Value filled = root.fillPath("output.spec.paused", data::Value(true));
  TRY(const data::Value spec, filled.lookup("output.spec").toJson());
  std::printf("%s\n", data::toJson(spec).c_str());

  heading("errors");
  const auto wrong = SourceFile::make("wrong.json", "{\"image\": 7,\n \"replicas\": 12}");
  TRY(const data::Value mistaken, data::parseJson(wrong));
  const cue::Value failed =
      session.evaluate(program, {{"parameter", mistaken, wrong}, {"context", context, {}}});
  for (const Error& error : failed.lookup("parameter").validate()) {
    std::printf("%s (%s)\n", error.pathText().c_str(), error.reasonText().c_str());
    for (const Location& place : error.where()) std::printf("  %s\n", place.str().c_str());
  }
  auto broken = runtime->compile("broken.cue", "a: {\n\tb: ]\n}\n");
  std::printf("%s", broken ? "" : broken.error().report().c_str());

  heading("budget");
  cue::Budget budget;
  budget.steps = 10'000;
  budget.wallTime = std::chrono::seconds(30);
  budget.memoryBytes = 64UL * 1024 * 1024;
  TRY(const auto endless, runtime->compile("endless.cue",
                                           "a: [for x in [1, 2, 3] for y in a {y + x}, 1]\n"
                                           "b: {for i in c for j in c for k in c {\"\\(i)\\(j)\\(k)\": 1}}\n"
                                           "c: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]"));
  cue::Session limited(runtime, budget);
  const auto result = limited.evaluate(endless).lookup("b").toJson();
  std::printf("%s\n", result ? "finished" : result.error().message().c_str());

  heading("threads");
  std::atomic<int> done{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&, i] {
      const data::Value own = data::Value::object({{"image", "image-" + std::to_string(i)}});
      const auto text = render(runtime, program, own, context);
      if (text && text->find("image-" + std::to_string(i)) != std::string::npos) ++done;
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::printf("%d of 8 rendered\n", done.load());
  return {};
}

}  // namespace

int main() {
  if (auto done = tour(); !done) {
    std::fprintf(stderr, "%s", done.error().report().c_str());
    return 1;
  }
  return 0;
}
