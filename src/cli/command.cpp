// SPDX-License-Identifier: Apache-2.0
#include "cli/command.h"

#include <algorithm>
#include <map>

#include <CLI/CLI.hpp>

#include "base/strings.h"

namespace puppis::cli {

namespace {

/// A verb's options, in terms of CLI11.
class CliOptions final : public Options {
 public:
  explicit CliOptions(CLI::App& app) : app_(app) {}

  void flag(bool& into, std::string_view names, std::string_view help) override {
    app_.add_flag(std::string(names), into, std::string(help));
  }
  void maybe(std::optional<bool>& into, std::string_view names, std::string_view help) override {
    app_.add_flag_function(
        std::string(names), [&into](std::int64_t count) { into = count > 0; }, std::string(help));
  }
  void text(std::string& into, std::string_view names, std::string_view help) override {
    withDefault(app_.add_option(std::string(names), into, std::string(help)), into);
  }
  void number(std::int64_t& into, std::string_view names, std::string_view help) override {
    app_.add_option(std::string(names), into, std::string(help))->capture_default_str();
  }
  void list(std::vector<std::string>& into, std::string_view names, std::string_view help) override {
    // One value an occurrence: `-d a b` must leave b for the arguments.
    app_.add_option(std::string(names), into, std::string(help))->allow_extra_args(false);
  }
  void choice(std::string& into, std::string_view names, std::vector<std::string> choices,
              std::string_view help) override {
    std::string all = join(choices, ", ");
    auto check = [choices, all](const std::string& given) -> std::string {
      if (std::ranges::find(choices, given) != choices.end()) return {};
      std::string message = "expected one of " + all + ", found \"" + given + "\"";
      if (auto near = nearest(given, choices)) message += "; did you mean " + *near + "?";
      return message;
    };
    CLI::Option* option = app_.add_option(std::string(names), into, std::string(help) + ": " + all);
    option->check(CLI::Validator(check, ""));
    withDefault(option, into);
  }
  void argument(std::string& into, std::string_view name, std::string_view help, bool required) override {
    CLI::Option* option = app_.add_option(std::string(name), into, std::string(help));
    if (required) option->required();
  }
  void arguments(std::vector<std::string>& into, std::string_view name, std::string_view help,
                 bool required) override {
    CLI::Option* option = app_.add_option(std::string(name), into, std::string(help));
    if (required) option->required();
  }
  void raw(std::vector<std::string>& into) override {
    app_.prefix_command();
    app_.set_help_flag();
    app_.parse_complete_callback([this, &into] { into = app_.remaining(); });
  }

 private:
  static void withDefault(CLI::Option* option, const std::string& value) {
    if (!value.empty()) option->default_str(value);
  }
  CLI::App& app_;
};

/// The options whose spelling a message may suggest.
std::vector<std::string> optionNames(const CLI::App& app) {
  std::vector<std::string> out;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) out.push_back("--" + name);
  }
  return out;
}

const CLI::App* chosen(const CLI::App& app) {
  const CLI::App* at = &app;
  while (!at->get_subcommands().empty()) at = at->get_subcommands().front();
  return at;
}

/// The verbs one word deeper than `prefix`: "def" has "render", "vet", ...
std::vector<std::string> nextWords(const std::vector<Verb>& verbs, const std::vector<std::string>& prefix) {
  std::vector<std::string> out;
  for (const Verb& verb : verbs) {
    std::vector<std::string> words = split(verb.name, ' ');
    if (words.size() <= prefix.size() || !std::equal(prefix.begin(), prefix.end(), words.begin())) continue;
    if (std::ranges::find(out, words[prefix.size()]) == out.end()) out.push_back(words[prefix.size()]);
  }
  return out;
}

/// The first word that names no verb where one is needed.
std::optional<Error> unknownVerb(const std::vector<std::string>& arguments, const std::vector<Verb>& verbs) {
  std::vector<std::string> prefix;
  for (const std::string& word : arguments) {
    std::vector<std::string> known = nextWords(verbs, prefix);
    if (known.empty() || startsWith(word, "-")) return std::nullopt;
    if (std::ranges::find(known, word) == known.end()) {
      std::string before = prefix.empty() ? "" : join(prefix, " ") + " ";
      Error error(ErrorCode::InvalidArgument, "there is no verb \"" + before + word + "\"");
      if (auto near = nearest(word, known)) {
        error.suggest(before + *near);
      } else {
        error.expected("one of " + join(known, ", "));
      }
      return error;
    }
    prefix.push_back(word);
  }
  return std::nullopt;
}

Error parseFault(const CLI::ParseError& fault, const CLI::App& app) {
  const CLI::App* verb = chosen(app);
  Error error(ErrorCode::InvalidArgument, fault.what());
  std::vector<std::string> rest = app.remaining(true);
  for (const std::string& word : rest) {
    if (!startsWith(word, "-")) continue;
    std::string name = word.substr(0, word.find('='));
    error = Error(ErrorCode::InvalidArgument, "unknown flag " + name);
    if (auto near = nearest(name, optionNames(*verb))) error.suggest(*near);
    break;
  }
  return error;
}

/// "puppis def render", as far as the command line named a verb.
std::string calledAs(const CLI::App& app) {
  std::string line = "puppis";
  for (const CLI::App* at = &app; !at->get_subcommands().empty(); at = at->get_subcommands().front()) {
    line += " " + at->get_subcommands().front()->get_name();
  }
  return line;
}

std::string indented(std::string_view text) {
  std::string out;
  for (const std::string& line : split(text, '\n')) out += "  " + line + "\n";
  return out;
}

struct Parsed {
  const Verb* verb = nullptr;
  std::unique_ptr<Command> command;
};

/// Adds each verb as a subcommand of subcommands. Only the one that is called gets its options declared.
void addVerbs(CLI::App& app, const std::vector<Verb>& verbs, Parsed& parsed,
              std::vector<std::unique_ptr<CliOptions>>& keep) {
  std::map<std::string, CLI::App*> groups;
  for (const Verb& verb : verbs) {
    CLI::App* at = &app;
    std::vector<std::string> words = split(verb.name, ' ');
    std::string name;
    for (std::size_t i = 0; i < words.size(); ++i) {
      name += (i == 0 ? "" : " ") + words[i];
      CLI::App*& next = groups[name];
      if (next == nullptr) next = at->add_subcommand(words[i]);
      at = next;
    }
    at->description(std::string(verb.summary));
    if (&verb != parsed.verb) continue;
    parsed.command = verb.make();
    keep.push_back(std::make_unique<CliOptions>(*at));
    parsed.command->declare(*keep.back());
    at->footer("Examples:\n" + indented(verb.example));
  }
}

/// `-x=value` in the form that CLI11 reads, `--long=value`.
std::vector<std::string> withLongFlags(const std::vector<std::string>& arguments, const CLI::App& app,
                                       const Verb* verb) {
  if (verb == nullptr) return arguments;
  const CLI::App* at = &app;
  for (const std::string& word : split(verb->name, ' ')) at = at->get_subcommand(word);
  std::vector<std::string> out = arguments;
  for (std::string& argument : out) {
    if (argument == "--") break;
    if (argument.size() < 3 || argument[0] != '-' || argument[1] == '-' || argument[2] != '=') continue;
    for (const CLI::Option* option : at->get_options()) {
      if (option->get_lnames().empty() || !option->check_sname(argument.substr(1, 1))) continue;
      argument = "--" + option->get_lnames().front() + argument.substr(2);
      break;
    }
  }
  return out;
}

int report(const Error& error, Context& context) {
  context.err << error.report(context.colourErr);
  return exitCode(error.code());
}

}  // namespace

const Verb* findVerb(const std::vector<std::string>& arguments, const std::vector<Verb>& verbs) {
  const Verb* best = nullptr;
  std::size_t most = 0;
  for (const Verb& verb : verbs) {
    std::vector<std::string> words = split(verb.name, ' ');
    if (words.size() <= arguments.size() && words.size() > most &&
        std::equal(words.begin(), words.end(), arguments.begin())) {
      best = &verb;
      most = words.size();
    }
  }
  return best;
}

int runCommandLine(const std::vector<std::string>& arguments, const std::vector<Verb>& verbs,
                   Context& context) {
  if (auto error = unknownVerb(arguments, verbs)) return report(*error, context);
  Parsed parsed;
  parsed.verb = findVerb(arguments, verbs);
  CLI::App app(
      "A control plane for cloud-native applications: write one Application, see what it becomes, apply it.",
      "puppis");
  std::vector<std::unique_ptr<CliOptions>> options;
  addVerbs(app, verbs, parsed, options);
  app.footer("`puppis VERB --help` shows a verb's flags with an example.");
  try {
    // CLI11 takes its arguments last first.
    const std::vector<std::string> words = withLongFlags(arguments, app, parsed.verb);
    app.parse(std::vector<std::string>(words.rbegin(), words.rend()));
  } catch (const CLI::CallForHelp&) {
    context.out << app.help("", CLI::AppFormatMode::Normal);
    return 0;
  } catch (const CLI::ParseError& fault) {
    int code = report(parseFault(fault, app), context);
    context.err << "`" << calledAs(app) << " --help` shows what it takes.\n";
    return code;
  }
  if (parsed.command == nullptr) {
    context.out << app.help("", CLI::AppFormatMode::Normal);
    return arguments.empty() ? 0 : exitCode(ErrorCode::InvalidArgument);
  }
  auto code = parsed.command->run(context);
  if (!code) return report(code.error(), context);
  context.out.flush();
  return *code;
}

}  // namespace puppis::cli
