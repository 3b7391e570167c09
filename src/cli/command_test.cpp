// SPDX-License-Identifier: Apache-2.0
#include "cli/command.h"

#include <gtest/gtest.h>

#include "cli/output.h"
#include "cli/testing/world.h"

namespace puppis::cli {
namespace {

class Echo final : public Command {
 public:
  void declare(Options& options) override {
    options.list(files_, "-f,--file", "A file");
    options.flag(loud_, "--loud", "Shout");
    options.choice(format_, "-o,--output", {"json", "yaml"}, "The form");
    options.number(count_, "-c,--count", "How often");
    options.argument(name_, "NAME", "A name", false);
  }
  Result<int> run(Context& context) override {
    if (name_ == "missing") return fail(ErrorCode::NotFound, "there is no such thing");
    for (const std::string& file : files_) context.out << file << ' ';
    context.out << name_ << ' ' << loud_ << ' ' << format_ << ' ' << count_;
    return name_ == "seven" ? 7 : 0;
  }

 private:
  std::vector<std::string> files_;
  bool loud_ = false;
  std::string format_ = "yaml";
  std::string name_;
  std::int64_t count_ = 1;
};

class Raw final : public Command {
 public:
  void declare(Options& options) override { options.raw(rest_); }
  Result<int> run(Context& context) override {
    for (const std::string& word : rest_) context.out << '[' << word << ']';
    return 0;
  }

 private:
  std::vector<std::string> rest_;
};

template <typename T>
std::unique_ptr<Command> make() {
  return std::make_unique<T>();
}

const std::vector<Verb> kVerbs = {{"echo", "Say it", "puppis echo -f x", make<Echo>},
                                  {"def render", "Render", "puppis def render x", make<Echo>},
                                  {"cue export", "Export", "puppis cue export x.cue", make<Raw>}};

TEST(CommandLine, ParsesFlagsAndArguments) {
  testing::World world;
  EXPECT_EQ(runCommandLine({"echo", "-f", "a", "-f", "b", "name", "--loud", "-o", "json", "-c", "3"}, kVerbs,
                           world.context),
            0);
  EXPECT_EQ(world.out.str(), "a b name 1 json 3");
}

TEST(CommandLine, VerbsOfTwoWords) {
  testing::World world;
  EXPECT_EQ(runCommandLine({"def", "render", "seven"}, kVerbs, world.context), 7);
  EXPECT_EQ(runCommandLine({"cue", "export", "-e", "x", "--out", "json", "a.cue"}, kVerbs, world.context), 0);
  EXPECT_EQ(world.out.str(), "seven 0 yaml 1[-e][x][--out][json][a.cue]");
}

TEST(CommandLine, HelpShowsAnExample) {
  testing::World world;
  EXPECT_EQ(runCommandLine({"def", "render", "--help"}, kVerbs, world.context), 0);
  EXPECT_NE(world.out.str().find("puppis def render x"), std::string::npos) << world.out.str();
  EXPECT_NE(world.out.str().find("--loud"), std::string::npos);
  EXPECT_NE(world.out.str().find("Usage: puppis def render"), std::string::npos) << world.out.str();
  testing::World top;
  EXPECT_EQ(runCommandLine({}, kVerbs, top.context), 0);
  EXPECT_NE(top.out.str().find("Say it"), std::string::npos) << top.out.str();
}

TEST(CommandLine, SlipsAreNamedWithTheNearest) {
  struct Case {
    std::vector<std::string> line;
    const char* text;
  };
  for (const Case& c :
       {Case{{"ecko"}, "echo"}, Case{{"def", "rendre"}, "def render"}, Case{{"echo", "--lout"}, "--loud"},
        Case{{"echo", "-o", "jsn"}, "did you mean json"}, Case{{"echo", "-c", "x"}, "x"}}) {
    testing::World world;
    EXPECT_EQ(runCommandLine(c.line, kVerbs, world.context), 2) << c.text;
    EXPECT_NE(world.err.str().find(c.text), std::string::npos) << world.err.str();
    EXPECT_EQ(world.out.str(), "");
  }
}

TEST(CommandLine, ErrorsBecomeExitCodes) {
  testing::World world;
  EXPECT_EQ(runCommandLine({"echo", "missing"}, kVerbs, world.context), 3);
  EXPECT_NE(world.err.str().find("there is no such thing"), std::string::npos);
}

TEST(Output, TableAlignsColumns) {
  Table table({"NAME", "TYPE"});
  table.add({"é", "x"});
  table.add({"longer", "a\nb"});
  EXPECT_EQ(table.str(), "NAME    TYPE\né       x\nlonger  a\n        b\n");
}

}  // namespace
}  // namespace puppis::cli
