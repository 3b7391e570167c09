// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "cue/cue.h"
#include "data/json.h"

namespace puppis::cue {
namespace {

constexpr const char* kTemplate = R"(
import (
	"strconv"
	"strings"
	"encoding/json"
)

output: {
	apiVersion: "apps/v1"
	kind:       "Deployment"
	metadata: name: context.name
	spec: {
		replicas: parameter.replicas
		template: spec: containers: [{
			name:  context.name
			image: parameter.image
			if parameter.env != _|_ {
				env: [for k, v in parameter.env {name: strings.ToUpper(k), value: v}]
			}
			ports: [for p in parameter.ports {containerPort: p, name: "port-" + strconv.FormatInt(p, 10)}]
		}]
	}
}
outputs: config: data: text: json.Marshal(parameter)
parameter: {
	image:    =~"^[a-z:]+$"
	replicas: *1 | int
	env?: [string]: string
	ports: *[80] | [...int]
}
)";

/// Many threads render from one compiled template, each with its own data, and get what they get alone. Under
/// the thread sanitizer this shows that what is compiled is shared without a race.
TEST(Threads, RenderFromOneTemplate) {
  auto runtime = Runtime::make();
  CompileOptions options;
  options.openNames = {"context", "parameter"};
  auto program = runtime->compile("template.cue", kTemplate, options);
  ASSERT_TRUE(program.has_value()) << program.error().str();

  auto render = [&](int number) -> Result<std::string> {
    std::string label = "key" + std::to_string(number);
    data::Value parameter = data::Value::object({{"image", "nginx:latest"}, {"replicas", number}});
    parameter.set("env", data::Value::object({{label, "v"}}));
    parameter.set("ports", data::Value::array({number, 80}));
    data::Value context = data::Value::object({{"name", "app" + std::to_string(number)}});
    Session session(runtime);
    Value root = session.evaluate(*program, {{"parameter", parameter, {}}, {"context", context, {}}});
    TRY(data::Value output, root.lookup("output").toJson());
    TRY(data::Value outputs, root.lookup("outputs").toJson());
    return data::toJson(output) + data::toJson(outputs);
  };

  constexpr int kThreads = 64;
  constexpr int kRounds = 4;
  std::vector<std::string> alone;
  for (int i = 0; i < kThreads; ++i) {
    auto out = render(i);
    ASSERT_TRUE(out.has_value()) << out.error().str();
    alone.push_back(*out);
  }
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      for (int round = 0; round < kRounds; ++round) {
        auto out = render(i);
        if (!out || *out != alone[static_cast<std::size_t>(i)]) ++wrong;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace puppis::cue
