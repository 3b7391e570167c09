// SPDX-License-Identifier: Apache-2.0
// Runs the archives of the CUE conformance data in process and compares with the truth.
//
//   cue_conformance DIR tree|export|probes|templates|time [ID...]
//   cue_conformance FILE show
//
// `tree`: kind, value, default, closedness and error class at every path. `export`: the JSON of successful
// exports, byte for byte. With IDs only those archives, with the differences listed.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <set>

#include "base/files.h"
#include "cue/eval/state.h"
#include "cue/load/load.h"
#include "cue/session_impl.h"
#include "data/json.h"
#include "data/yaml.h"

namespace {

using namespace puppis;
using namespace puppis::cue;

std::vector<data::Value> readLines(const std::string& path) {
  std::vector<data::Value> out;
  std::ifstream in(path);
  for (std::string line; std::getline(in, line);) {
    auto v = data::parseJson(std::string_view(line));
    if (v) out.push_back(*v);
  }
  return out;
}

struct Compiled {
  std::shared_ptr<Runtime> runtime;
  std::shared_ptr<const Program> program;
  std::string failure;
};

/// An archive as the command line would load it: from a folder, with the module's packages.
struct Archive {
  explicit Archive(const data::Value& input) {
    for (const data::Member& file : input.get("files").members()) {
      static_cast<void>(files.write("/archive/" + file.key.str(), file.value.asString(), 0644));
    }
    std::vector<std::string> arguments;
    for (const data::Value& arg : input.get("args").elements()) arguments.emplace_back(arg.asString());
    LoadOptions options;
    options.directory = "/archive";
    loader = std::make_unique<Loader>(files, options);
    compiled.runtime = Runtime::make();
    compiled.runtime->setImporter(loader->importer(compiled.runtime));
    auto instances = loader->load(arguments);
    if (!instances) {
      compiled.failure = "load: " + instances.error().str();
      return;
    }
    if (instances->size() != 1) {
      compiled.failure = "load: " + std::to_string(instances->size()) + " instances";
      return;
    }
    auto program =
        compiled.runtime->compile(instances->front().files, {.importPath = instances->front().importPath});
    if (program) {
      compiled.program = *program;
    } else {
      compiled.failure = "compile: " + program.error().str();
    }
  }

  MemoryFiles files;
  std::unique_ptr<Loader> loader;
  Compiled compiled;
};

class TreeComparer {
 public:
  TreeComparer(Session& session, bool list) : session_(session), ctx_(session.impl().ctx), list_(list) {}

  void compare(eval::Vertex* v, const data::Value& truth, const std::string& path) {
    ctx_.finalize(v);
    v = v->deref();
    std::string kind = kindText(eval::kindOf(v));
    auto* bottom = v->bottom();
    if (bottom != nullptr) kind = "_|_";
    expect(path, "kind", truth.get("k").asString(), kind);
    if (bottom != nullptr && truth.has("err")) {
      expect(path, "code", truth.get("err", "code").asString(), std::string(eval::codeWord(bottom->code)));
    }
    if (bottom == nullptr && truth.has("v") && kind != "list" && kind != "struct") {
      expect(path, "value", data::toJson(truth.get("v")), scalar(v));
    }
    if (truth.has("def")) {
      eval::Vertex* d = eval::defaultOfVertex(ctx_, v)->deref();
      expect(path, "default", data::toJson(truth.get("def")), d == v ? "none" : scalar(d));
    } else if (bottom == nullptr && truth.has("expr")) {
      eval::Vertex* d = eval::defaultOfVertex(ctx_, v)->deref();
      if (d != v && !d->isList() && (eval::kindOf(d) & kStruct) == 0 && eval::isConcrete(d))
        note(path, "default", "none", scalar(d));
    }
    std::set<std::string> seen;
    std::set<const eval::Vertex*> taken;
    for (const data::Value& c : truth.get("c").elements()) {
      std::string label = c.get("l").asString() + "";
      seen.insert(label);
      eval::Vertex* arc = find(v, label, c, taken);
      std::string below = path + "." + label;
      if (arc == nullptr) {
        note(below, "missing", data::toJson(c.get("k")), "");
        continue;
      }
      std::string a = arc->arcType == ir::ArcType::Optional   ? "?"
                      : arc->arcType == ir::ArcType::Required ? "!"
                                                              : "";
      expect(below, "presence", c.get("a").asString(), a);
      compare(arc, c, below);
    }
    for (eval::Vertex* a : v->arcs) {
      if (a->label.isLet() || a->arcType > ir::ArcType::Optional) continue;
      std::string label = labelOf(a);
      if (!seen.contains(label)) note(path + "." + label, "extra", "", "");
    }
  }
  int differences() const { return differences_; }
  const std::string& first() const { return first_; }

 private:
  std::string labelOf(const eval::Vertex* a) {
    if (a->label.isInt()) return std::to_string(a->label.index());
    return ctx_.selectorText(a->label);
  }
  // Hidden fields of several packages have the same name, and the truth does not tell their packages: the one
  // with the same value is taken, once.
  eval::Vertex* find(eval::Vertex* v, const std::string& label, const data::Value& truth,
                     std::set<const eval::Vertex*>& taken) {
    std::vector<eval::Vertex*> candidates;
    for (eval::Vertex* a : v->arcs) {
      if (a->label.isLet() || a->arcType > ir::ArcType::Optional || taken.contains(a)) continue;
      if (labelOf(a) == label) candidates.push_back(a);
    }
    for (eval::Vertex* a : v->arcs) {
      if (!candidates.empty()) break;
      if (a->label.isLet() || a->arcType > ir::ArcType::Optional || taken.contains(a)) continue;
      if (ctx_.labelText(a->label) == label) candidates.push_back(a);
    }
    if (candidates.empty()) return nullptr;
    eval::Vertex* chosen = candidates.front();
    for (eval::Vertex* a : candidates) {
      if (candidates.size() == 1) break;
      ctx_.finalize(a);
      TreeComparer trial(session_, false);
      trial.compare(a, truth, "");
      if (trial.differences() == 0) chosen = a;
    }
    taken.insert(chosen);
    return chosen;
  }
  std::string scalar(eval::Vertex* v) {
    ir::Value* u = v->value();
    if (u == nullptr) return "null?";
    if (auto* n = u->as<ir::Num>()) {
      return std::string("{\"$k\":\"") + (n->value.isInt() ? "int" : "float") + "\",\"$num\":\"" +
             number::toText(n->value) + "\"}";
    }
    if (u->is<ir::Null>()) return "null";
    if (auto* b = u->as<ir::Bool>()) return b->value ? "true" : "false";
    if (auto* s = u->as<ir::String>()) return data::toJson(data::Value(s->text));
    if (auto* b = u->as<ir::Bytes>()) return "bytes " + std::string(b->text);
    return eval::printNode(ctx_, u);
  }
  void expect(const std::string& path, const char* what, const std::string& want, const std::string& got) {
    if (want == got) return;
    if (std::string_view(got).starts_with("bytes ")) return;
    note(path, what, want, got);
  }
  void note(const std::string& path, const char* what, const std::string& want, const std::string& got) {
    if (differences_++ == 0) first_ = std::string(what) + " at " + path + ": want " + want + ", got " + got;
    if (list_ && differences_ < 40)
      std::printf("    %s at %s: want %s, got %s\n", what, path.c_str(), want.c_str(), got.c_str());
  }
  Session& session_;
  eval::Context& ctx_;
  bool list_;
  int differences_ = 0;
  std::string first_;
};

int runTree(const std::string& dir, const std::set<std::string>& ids) {
  std::map<std::string, data::Value> inputs;
  for (data::Value& v : readLines(dir + "/inputs.jsonl")) inputs[v.get("id").asString()] = v;
  int total = 0;
  int good = 0;
  for (const data::Value& truth : readLines(dir + "/tree.jsonl")) {
    std::string id = truth.get("id").asString();
    if (!ids.empty() && !ids.contains(id)) continue;
    if (std::getenv("VERBOSE") != nullptr) {
      std::fprintf(stderr, "%s\n", id.c_str());
    }
    ++total;
    auto start = std::chrono::steady_clock::now();
    Archive archive(inputs[id]);
    Compiled& c = archive.compiled;
    bool ok = false;
    std::string why;
    if (truth.has("load")) {
      ok = c.program == nullptr;
      why = "should fail to load: " + truth.get("load").at(0).get("msg").asString();
    } else if (c.program == nullptr) {
      why = c.failure;
    } else {
      Session session(c.runtime, {.wallTime = std::chrono::milliseconds(4000), .memoryBytes = 1500UL << 20});
      Value root = session.evaluate(c.program);
      TreeComparer comparer(session, !ids.empty());
      try {
        comparer.compare(root.vertex(), truth.get("tree"), "");
        ok = comparer.differences() == 0;
        why = std::to_string(comparer.differences()) + ": " + comparer.first();
      } catch (const eval::BudgetSignal&) {
        why = "budget: " + session.exhausted()->message();
      } catch (const eval::YieldSignal&) {
        why = "yield escaped";
      }
    }
    auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start)
                  .count();
    if (ok) ++good;
    if (!ok)
      std::printf("FAIL %s (%ld ms) %s\n", id.c_str(), static_cast<long>(ms), why.substr(0, 300).c_str());
    std::fflush(stdout);
  }
  std::printf("%d of %d\n", good, total);
  return 0;
}

int runExport(const std::string& dir, const std::set<std::string>& ids) {
  std::map<std::string, data::Value> inputs;
  for (data::Value& v : readLines(dir + "/inputs.jsonl")) inputs[v.get("id").asString()] = v;
  int total = 0;
  int good = 0;
  int fails = 0;
  int failsGood = 0;
  for (const data::Value& truth : readLines(dir + "/results.jsonl")) {
    std::string id = truth.get("id").asString();
    if (truth.get("kind").asString() != "export" || (!ids.empty() && !ids.contains(id))) continue;
    Archive archive(inputs[id]);
    Compiled& c = archive.compiled;
    bool wantOk = truth.get("ok").asBool();
    std::string text;
    std::string why = c.failure;
    bool ok = false;
    if (c.program != nullptr) {
      Session session(c.runtime, {.wallTime = std::chrono::milliseconds(4000), .memoryBytes = 1500UL << 20});
      Value root = session.evaluate(c.program);
      auto errors = root.validate({.concrete = true, .final = true});
      if (!errors.empty()) {
        why = errors[0].str();
      } else if (auto json = root.toJson()) {
        text = data::toJson(*json, {.indent = 4}) + "\n";
        ok = true;
      } else {
        why = json.error().str();
      }
    }
    if (wantOk) {
      ++total;
      bool same = ok && text == truth.get("stdout").asString();
      if (same) ++good;
      if (!same) std::printf("FAIL %s %s\n", id.c_str(), ok ? "differs" : why.substr(0, 200).c_str());
      if (!same && !ids.empty())
        std::printf("--- want\n%s--- got\n%s", truth.get("stdout").asString().c_str(), text.c_str());
    } else {
      ++fails;
      if (!ok) ++failsGood;
      if (ok)
        std::printf("FAIL %s should fail: %s\n", id.c_str(),
                    truth.get("stderr").asString().substr(0, 150).c_str());
    }
    std::fflush(stdout);
  }
  std::printf("export %d of %d, failing %d of %d\n", good, total, failsGood, fails);
  return 0;
}

int runProbes(const std::string& dir) {
  int total = 0;
  int good = 0;
  for (const data::Value& probe : readLines(dir + "/probes.jsonl")) {
    ++total;
    auto runtime = Runtime::make();
    std::string got;
    auto program = runtime->compile("probe.cue", probe.get("src").asString());
    if (!program) {
      got = "error: " + program.error().str();
    } else {
      Session session(runtime, {.wallTime = std::chrono::milliseconds(4000)});
      Value root = session.evaluate(*program);
      auto errors = root.validate({.concrete = true, .final = true});
      auto json = root.toJson();
      got = !errors.empty() ? "error: " + errors[0].str()
            : json          ? data::toJson(*json)
                            : "error: " + json.error().str();
    }
    std::string want = probe.get("0.17.1").asString();
    bool wantError = !want.starts_with("{") && !want.starts_with("[");
    if (wantError ? got.starts_with("error") : got == want) {
      ++good;
    } else {
      std::printf("FAIL %s\n  want %s\n  got  %s\n", probe.get("name").asString().c_str(), want.c_str(),
                  got.c_str());
    }
  }
  std::printf("%d of %d\n", good, total);
  return 0;
}

struct Template {
  std::shared_ptr<const Program> program;
  std::string failure;
};

// DIR is the folder with the templates' cases; the definitions' YAML files are in the folder DEFINITIONS
// names.
int runTemplates(const std::string& dir, const std::set<std::string>& ids, bool timing) {
  const char* definitions = std::getenv("DEFINITIONS");
  if (definitions == nullptr) return 2;
  auto runtime = Runtime::make();
  std::map<std::string, Template> templates;
  for (const auto& entry : std::filesystem::directory_iterator(definitions)) {
    std::ifstream in(entry.path());
    std::string text((std::istreambuf_iterator<char>(in)), {});
    auto docs = data::parseYaml(SourceFile::make(entry.path().string(), text));
    if (!docs) continue;
    for (const data::Value& doc : *docs) {
      std::string name = doc.get("metadata", "name").asString();
      std::string source = doc.get("spec", "schematic", "cue", "template").asString();
      Template& t = templates[doc.get("kind").asString() + "/" + name];
      auto program =
          runtime->compile(name, source, {.listArithmetic = true, .openNames = {"context", "parameter"}});
      if (program) {
        t.program = *program;
      } else {
        t.failure = program.error().str();
      }
    }
  }
  std::map<std::string, data::Value> truths;
  for (data::Value& v : readLines(dir + "/results-0.9.2.jsonl")) truths[v.get("id").asString()] = v;
  int total = 0;
  int good = 0;
  int skipped = 0;
  static const char* const kFields[] = {"output", "outputs", "patch", "patchOutputs", "errs"};
  for (const data::Value& c : readLines(dir + "/cases.jsonl")) {
    std::string id = c.get("id").asString();
    std::string name = c.get("kind").asString() + "/" + c.get("name").asString();
    if (!ids.empty() && !ids.contains(id) && !ids.contains(c.get("name").asString())) continue;
    const data::Value& truth = truths[id];
    const Template& t = templates[name];
    if (t.program == nullptr) {
      ++skipped;
      if (!ids.empty()) std::printf("SKIP %s %s\n", name.c_str(), t.failure.c_str());
      continue;
    }
    ++total;
    std::vector<Binding> bindings;
    if (c.get("parameter").isObject()) bindings.push_back({"parameter", c.get("parameter"), nullptr});
    bindings.push_back({"context", c.get("context"), nullptr});
    std::string why;
    data::Value out;
    auto render = [&] {
      out = data::Value::object();
      Session session(runtime, {.wallTime = std::chrono::milliseconds(4000)});
      session.deferOptionalFields(true);
      Value root = session.evaluate(t.program, bindings);
      auto errors = root.validate({});
      if (!errors.empty()) {
        why = errors[0].str();
        return;
      }
      if (std::getenv("COUNT") != nullptr) {
        std::map<ir::ArcType, int> counts;
        std::function<void(eval::Vertex*, ir::ArcType)> count = [&](eval::Vertex* v, ir::ArcType type) {
          for (eval::Vertex* a : v->arcs) {
            ir::ArcType below = std::max(type, a->arcType);
            ++counts[below];
            count(a, below);
          }
        };
        count(root.vertex(), ir::ArcType::Member);
        std::printf("member %d required %d optional %d, %lu steps, %lu bytes\n", counts[ir::ArcType::Member],
                    counts[ir::ArcType::Required], counts[ir::ArcType::Optional],
                    static_cast<unsigned long>(session.steps()),
                    static_cast<unsigned long>(session.arenaBytes()));
      }
      for (const char* field : kFields) {
        Value v = root.lookup(field);
        if (!v.exists()) continue;
        auto json = v.toJson();
        if (json) {
          out.set(field, *json);
        } else {
          why = std::string(field) + ": " + json.error().str();
        }
      }
    };
    if (timing) {
      render();
      // Processor time, so that a busy machine does not count.
      constexpr int kRounds = 200;
      std::clock_t start = std::clock();
      for (int i = 0; i < kRounds; ++i) render();
      double us = static_cast<double>(std::clock() - start) * 1e6 / CLOCKS_PER_SEC / kRounds;
      std::printf("%8.1f us %s %s\n", us, name.c_str(), id.c_str());
      continue;
    }
    render();
    bool fails = truth.has("err") || truth.has("outErr");
    bool ok = fails ? !why.empty() : why.empty();
    if (ok && !fails) {
      for (const char* field : kFields) {
        const data::Value& want = truth.get("out").get(field);
        const data::Value& got = out.get(field);
        if (!(want == got) && !(want.empty() && got.empty() && (want.isNull() || got.isNull()))) {
          ok = false;
          why = std::string(field) + " differs: want " + data::toJson(want) + " got " + data::toJson(got);
        }
      }
    }
    if (ok) {
      ++good;
    } else {
      std::printf("FAIL %s %s %s\n", id.c_str(), name.c_str(),
                  why.empty() ? "should fail" : why.substr(0, ids.empty() ? 300 : 3000).c_str());
    }
  }
  std::printf("%d of %d, %d skipped\n", good, total, skipped);
  return 0;
}

int show(const std::string& file) {
  std::ifstream in(file);
  std::string text((std::istreambuf_iterator<char>(in)), {});
  auto runtime = Runtime::make();
  auto program = runtime->compile(file, text);
  if (!program) {
    std::cout << program.error().report();
    return 1;
  }
  Session session(runtime, {.wallTime = std::chrono::milliseconds(10000)});
  Value root = session.evaluate(*program);
  for (const Error& e : root.validate({.concrete = true, .final = true})) std::cout << e.report();
  auto json = root.toJson();
  std::cout << (json ? data::toJson(*json, {.indent = 2}) : json.error().report()) << "\n";
  std::cout << session.steps() << " steps, " << session.arenaBytes() << " bytes\n";
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  std::string mode = argv[2];
  std::set<std::string> ids(argv + 3, argv + argc);
  if (mode == "tree") return runTree(argv[1], ids);
  if (mode == "export") return runExport(argv[1], ids);
  if (mode == "probes") return runProbes(argv[1]);
  if (mode == "templates" || mode == "time") return runTemplates(argv[1], ids, mode == "time");
  return show(argv[1]);
}
