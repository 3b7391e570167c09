// SPDX-License-Identifier: Apache-2.0
#include "cli/verbs.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "base/strings.h"
#include "cli/testing/world.h"

namespace puppis::cli {
namespace {

/// The words of one command of an example line, "puppis ls -A | ..." without the program's name; empty when
/// it is another program's.
std::vector<std::vector<std::string>> commandsOf(std::string_view example) {
  std::vector<std::vector<std::string>> out;
  for (const std::string& line : split(example, '\n')) {
    for (const std::string& command : split(line, '|')) {
      std::vector<std::string> words;
      for (const std::string& word : split(command, ' ')) {
        if (!word.empty()) words.push_back(word);
      }
      if (words.empty() || words.front() != "puppis") continue;
      words.erase(words.begin());
      out.push_back(std::move(words));
    }
  }
  return out;
}

std::string helpOf(const Verb& verb, const std::vector<Verb>& verbs) {
  testing::World world;
  std::vector<std::string> words = split(verb.name, ' ');
  words.emplace_back("--help");
  EXPECT_EQ(runCommandLine(words, verbs, world.context), 0) << verb.name << ": " << world.err.str();
  return world.out.str();
}

TEST(Verbs, EachHasASummaryAndAnExampleOfItself) {
  const std::vector<Verb> verbs = allVerbs();
  for (const Verb& verb : verbs) {
    EXPECT_FALSE(verb.summary.empty()) << verb.name;
    EXPECT_FALSE(endsWith(verb.summary, ".")) << verb.name;
    auto commands = commandsOf(verb.example);
    EXPECT_TRUE(std::ranges::any_of(commands,
                                    [&](const auto& words) {
                                      const Verb* named = findVerb(words, verbs);
                                      return named != nullptr && named->name == verb.name;
                                    }))
        << verb.name << ": " << verb.example;
  }
}

TEST(Verbs, HelpOfEachShowsItsExampleAndTheFlagsOfTheExampleExist) {
  const std::vector<Verb> verbs = allVerbs();
  for (const Verb& verb : verbs) {
    // A verb of the `cue` command has a grammar of its own.
    if (startsWith(verb.name, "cue ")) continue;
    std::string help = helpOf(verb, verbs);
    EXPECT_NE(help.find("Examples:"), std::string::npos) << verb.name;
    for (const auto& words : commandsOf(verb.example)) {
      if (findVerb(words, verbs) != findVerb(split(verb.name, ' '), verbs)) continue;
      for (const std::string& word : words) {
        if (!startsWith(word, "-") || word == "-") continue;
        EXPECT_NE(help.find(word.substr(0, word.find('='))), std::string::npos) << verb.name << " " << word;
      }
    }
  }
}

TEST(Verbs, EachThatListsSomethingHasMachineReadableForms) {
  const std::vector<Verb> verbs = allVerbs();
  for (std::string_view name :
       {"ls", "status", "def list", "def get", "dry-run", "live-diff", "schema", "version"}) {
    const Verb* verb = findVerb(split(name, ' '), verbs);
    ASSERT_NE(verb, nullptr) << name;
    std::string help = helpOf(*verb, verbs);
    EXPECT_NE(help.find("-o,--output"), std::string::npos) << name;
    EXPECT_NE(help.find("json"), std::string::npos) << name;
    EXPECT_NE(help.find("yaml"), std::string::npos) << name;
  }
}

}  // namespace
}  // namespace puppis::cli
