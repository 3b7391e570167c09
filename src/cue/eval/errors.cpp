// SPDX-License-Identifier: Apache-2.0
#include "cue/eval/errors.h"

#include <algorithm>
#include <unordered_set>

#include "base/strings.h"
#include "cue/eval/expectation.h"
#include "cue/eval/print.h"
#include "cue/eval/state.h"

namespace puppis::cue::eval {

void Context::addPlaces(Vec<Origin>& out, const Node* n) {
  auto add = [&](const Origin& o) {
    if (!o.known() || std::find(out.begin(), out.end(), o) != out.end()) return;
    out.push(arena, o);
  };
  const auto* v = n->as<Vertex>();
  if (v == nullptr) {
    add(n->origin());
    return;
  }
  if (v->base != nullptr && v->base->isValue() && !v->base->is<Vertex>()) add(v->base->origin());
  for (const Conjunct& c : v->conjuncts) {
    const Node* e = elemOf(c.x);
    if (e->is<Vertex>()) continue;
    add(e->origin());
  }
}

ErrorEntry* Context::newPosf(const Origin& pos, const char* format, std::initializer_list<ErrorArg> args) {
  auto* e = make<ErrorEntry>();
  e->format = format;
  e->pos = pos;
  e->node = vertex;
  for (const ErrorArg& arg : args) {
    ErrorArg& kept = e->args[e->argCount++];
    kept = arg;
    if (arg.type != ErrorArg::Type::Node || arg.node == nullptr) continue;
    addPlaces(e->more, arg.node);
    // The Vertex itself may become this very failure; the message is about what it was.
    if (const auto* v = arg.node->as<Vertex>()) {
      auto* copy = make<Vertex>();
      *copy = *v;
      copy->state = nullptr;
      copy->overlays = 0;
      kept.node = copy;
    }
  }
  if (!altPath.empty()) {
    Vec<Feature> path;
    std::vector<Feature> up;
    for (const Vertex* v = altPath[0]; v->parent != nullptr; v = v->parent) {
      if (v->label.valid() && v->parent->base != v) up.push_back(v->label);
    }
    for (auto it = up.rbegin(); it != up.rend(); ++it) path.push(arena, *it);
    for (std::size_t i = 1; i < altPath.size(); ++i) {
      if (altPath[i]->label.valid()) path.push(arena, altPath[i]->label);
    }
    e->altPath = path.span();
  }
  return e;
}

ErrorList* Context::listOf(ErrorEntry* e) {
  auto* list = make<ErrorList>();
  list->entry = e;
  return list;
}

ErrorList* Context::join(const ErrorList* a, const ErrorList* b) {
  auto* list = make<ErrorList>();
  if (a == nullptr || b == nullptr || a == b) {
    *list = a != nullptr ? *a : b != nullptr ? *b : ErrorList{};
    return a == nullptr && b == nullptr ? nullptr : list;
  }
  list->left = a;
  list->right = b;
  return list;
}

ErrorEntry* Context::wrap(ErrorEntry* outer, const ErrorList* cause) {
  outer->cause = cause;
  return outer;
}

Bottom* Context::bottomOf(ErrorEntry* e, Code code) {
  auto* b = makeAt<Bottom>(src);
  b->code = code;
  b->errors = listOf(e);
  b->node = vertex;
  return b;
}

void Context::addErrf(Code code, const Origin& pos, const char* format,
                      std::initializer_list<ErrorArg> args) {
  addBottom(bottomOf(newPosf(pos, format, args), code));
}

// Two failures of one Vertex as one: the more severe class wins, and what may still go away is dropped beside
// what may not.
Bottom* Context::combineFailures(Value* x, Value* y) {
  Value* ux = unwrap(x);
  Value* uy = unwrap(y);
  auto* a = ux == nullptr ? nullptr : ux->as<Bottom>();
  auto* b = uy == nullptr ? nullptr : uy->as<Bottom>();
  if (a == nullptr) return b;
  if (b == nullptr) return a;
  if (a == b && a->placeholder) return a;
  auto* out = make<Bottom>();
  if (a == b) {
    out->errors = a->errors;
    out->code = a->code;
    return out;
  }
  if (a->code != b->code) {
    if (a->code > b->code) std::swap(a, b);
    if (b->code >= Code::Incomplete) return a;
  }
  out->errors = join(a->errors, b->errors);
  out->code = a->code;
  out->closeCheck = a->closeCheck || b->closeCheck;
  return out;
}

void Context::addClosedPlaces(ErrorEntry& e, const CloseInfo& ci) {
  for (DefId id = ci.defId; id != 0; id = containments[id].id) {
    const Origin& place = containments[id].place;
    if (place.known() && std::find(e.more.begin(), e.more.end(), place) == e.more.end())
      e.more.push(arena, place);
  }
}

Bottom* Context::fieldIndexError(Vertex* v, const Origin& pos, Feature f) {
  return fieldError(v, pos, f, "index out of range [{}] with length {}", "undefined field: {}");
}

Bottom* Context::fieldError(Vertex* v, const Origin& pos, Feature f, const char* intFormat,
                            const char* stringFormat) {
  Code code = Code::Incomplete;
  if (Bottom* b = v->bottom(); b != nullptr && !isCyclePlaceholder(b)) {
    code = b->code;
  } else if (v->state != nullptr && v->state->errs != nullptr && v->state->errs->code == Code::Cycle) {
    code = Code::Cycle;
  } else if (!accept(v, f)) {
    code = Code::Eval;
  }
  ErrorEntry* e = nullptr;
  if (f.isInt()) {
    e = newPosf(pos, intFormat,
                {static_cast<std::int64_t>(f.index()), static_cast<std::int64_t>(v->length())});
  } else {
    e = newPosf(pos, stringFormat, {f});
    e->within = v;
  }
  Bottom* b = bottomOf(e, code);
  b->node = v;
  addBottom(b);
  return b;
}

Bottom* Context::notAllowedError(Vertex* arc) {
  if (arc->arcType == ArcType::Pending || errs != nullptr) return nullptr;
  Restore at(vertex, arc);
  ErrorEntry* e = newf("field not allowed", {});
  for (const Conjunct& c : arc->conjuncts) {
    const Node* field = c.x;
    if (const auto* comprehension = field->as<ir::Comprehension>()) field = comprehension->value;
    addPlaces(e->more, field);
  }
  Bottom* b = bottomOf(e);
  b->closeCheck = true;
  setValue(arc, b);
  if (arc->state != nullptr) arc->state->kind = kBottom;
  return b;
}

void NodeState::addBottom(Bottom* b) {
  errs = ctx->combine(errs, b);
}

void NodeState::addErr(ErrorEntry* e) {
  Bottom* b = ctx->bottomOf(e);
  b->node = node;
  addBottom(b);
}

bool NodeState::hasErr() {
  if (node->childErrors != nullptr) return true;
  if (node->statusDeref() > VertexStatus::Evaluating && node->isErr()) return true;
  return ctx->errs != nullptr || errs != nullptr;
}

Bottom* NodeState::getErr() {
  errs = ctx->combine(errs, ctx->takeErr());
  return errs;
}

// Notes that something below failed. A permanent failure makes this Vertex one too, flagged as a copy.
void NodeState::addChildError(Bottom* child) {
  node->childErrors = ctx->combine(node->childErrors, child);
  if (child->isIncomplete()) return;
  auto* err = node->base == nullptr ? nullptr : node->base->as<Bottom>();
  if (err == nullptr || err->closeCheck) {
    auto* b = ctx->make<Bottom>();
    b->code = child->code;
    b->hasRecursive = true;
    b->childError = true;
    b->closeCheck = child->closeCheck;
    b->errors = child->errors;
    b->node = node;
    node->base = b;
    return;
  }
  err->hasRecursive = true;
  err->code = std::min(err->code, child->code);
}

void NodeState::reportConflict(Node* v1, Node* v2, std::uint16_t k1, std::uint16_t k2, const CloseInfo& a,
                               const CloseInfo& b) {
  ErrorEntry* e = k1 == k2 ? ctx->newPosf({}, "conflicting values {} and {}", {v1, v2})
                           : ctx->newPosf({}, "conflicting values {} and {} (mismatched types {} and {})",
                                          {v1, v2, ErrorArg::ofKinds(k1), ErrorArg::ofKinds(k2)});
  ctx->addClosedPlaces(*e, a);
  ctx->addClosedPlaces(*e, b);
  addErr(e);
}

// ---- For the outside
// ----------------------------------------------------------------------------------------------

std::string_view codeWord(Code code) {
  switch (code) {
    case Code::Eval:
      return "eval";
    case Code::User:
    case Code::LegacyUser:
      return "user";
    case Code::StructuralCycle:
      return "structural_cycle";
    case Code::Incomplete:
      return "incomplete";
    case Code::Cycle:
      return "cycle";
  }
  return "eval";
}

Location locate(const Origin& origin) {
  if (!origin.known()) return {};
  const ir::Unit& unit = *origin.unit;
  if (unit.file != nullptr) return unit.file->source->locate(origin.at - 1);
  if (unit.source == nullptr) return {};
  return unit.source->locateLine(static_cast<std::uint32_t>(origin.at >> 24),
                                 static_cast<std::uint32_t>(origin.at & 0xFFFFFF));
}

namespace {

std::string argText(const Context& ctx, const ErrorArg& arg, PrintStack& shown) {
  switch (arg.type) {
    case ErrorArg::Type::Node:
      return arg.node == nullptr ? "_|_" : printNode(ctx, arg.node, shown);
    case ErrorArg::Type::Label: {
      auto type = static_cast<LabelType>(arg.label & 15);
      return ctx.selectorText(Feature(type, arg.label >> 4));
    }
    case ErrorArg::Type::Number:
      return std::to_string(arg.number);
    case ErrorArg::Type::Text:
      return std::string(arg.text.data, arg.text.size);
    case ErrorArg::Type::Kinds:
      return kindText(arg.kinds);
    case ErrorArg::Type::Op:
      return std::string(ir::opText(arg.op));
  }
  return {};
}

std::string messageOf(const Context& ctx, const ErrorEntry& e, PrintStack& shown) {
  std::string out;
  std::size_t next = 0;
  for (const char* p = e.format; *p != '\0'; ++p) {
    if (p[0] == '{' && p[1] == '}') {
      if (next < e.argCount) out += argText(ctx, e.args[next], shown);
      ++next;
      ++p;
    } else {
      out += *p;
    }
  }
  return out;
}

void addOnce(std::vector<Origin>& out, const Origin& o) {
  if (o.known() && std::find(out.begin(), out.end(), o) == out.end()) out.push_back(o);
}

std::pair<std::string_view, std::uint64_t> sortKey(const Origin& o) {
  if (!o.known()) return {};
  const SourceFile* source = o.unit->file != nullptr ? o.unit->file->source.get() : o.unit->source.get();
  return {source == nullptr ? std::string_view() : std::string_view(source->name()), o.at};
}

/// Sorts by place (without one first), path and text, and leaves each failure once.
void sanitize(std::vector<ErrorReport>& all) {
  auto less = [](const ErrorReport& a, const ErrorReport& b) {
    const auto x = sortKey(a.pos);
    const auto y = sortKey(b.pos);
    return std::tie(x, a.path, a.message) < std::tie(y, b.path, b.message);
  };
  std::stable_sort(all.begin(), all.end(), less);
  const auto last = std::unique(all.begin(), all.end(), [&](const ErrorReport& a, const ErrorReport& b) {
    return !less(a, b) && !less(b, a);
  });
  all.erase(last, all.end());
}

class Reporter {
 public:
  Reporter(const Context& ctx, Code code, PrintStack& shown) : ctx_(ctx), code_(code), shown_(shown) {}

  /// All failures of `list` in the order in which they were met.
  std::vector<ErrorReport> flatten(const ErrorList* list) {
    Walk walk;
    add(list, walk);
    return std::move(walk.out);
  }

 private:
  struct Walk {
    std::unordered_set<const void*> seen;
    std::vector<ErrorReport> out;
  };

  void add(const ErrorList* list, Walk& walk) {
    if (list == nullptr || !walk.seen.insert(list).second) return;
    if (list->entry != nullptr && walk.seen.insert(list->entry).second) {
      append(walk.out, entry(*list->entry));
    } else if (list->disjunction != nullptr && walk.seen.insert(list->disjunction).second) {
      append(walk.out, disjunction(*list->disjunction));
    }
    add(list->left, walk);
    add(list->right, walk);
  }

  static void append(std::vector<ErrorReport>& out, std::vector<ErrorReport> more) {
    std::move(more.begin(), more.end(), std::back_inserter(out));
  }

  std::vector<ErrorReport> entry(const ErrorEntry& e) {
    ErrorReport own = single(e);
    if (e.cause == nullptr) return {std::move(own)};
    std::vector<ErrorReport> all = flatten(e.cause);
    for (ErrorReport& r : all) wrap(own, r);
    return all;
  }

  ErrorReport single(const ErrorEntry& e) {
    ErrorReport r;
    r.code = code_;
    r.message = messageOf(ctx_, e, shown_);
    r.pos = e.pos;
    r.inputs.assign(e.more.begin(), e.more.end());
    addOnce(r.places, e.pos);
    for (const Origin& o : e.more) addOnce(r.places, o);
    path(e, r);
    explain(ctx_, e, r, [this](const ErrorArg& arg) { return argText(ctx_, arg, shown_); });
    return r;
  }

  // Makes `r` the cause of `outer`: one line, told at the place of the outer one.
  static void wrap(const ErrorReport& outer, ErrorReport& r) {
    r.message = outer.message + ": " + r.message;
    std::vector<Origin> places = outer.places;
    for (const Origin& o : r.places) addOnce(places, o);
    r.places = std::move(places);
    std::vector<Origin> inputs = outer.inputs;
    for (const Origin& o : r.places) addOnce(inputs, o);
    r.inputs = std::move(inputs);
    if (outer.pos.known()) r.pos = outer.pos;
    if (!outer.path.empty()) {
      r.path = outer.path;
      r.pathLabels = outer.pathLabels;
    }
  }

  // More than two failures are thinned out: those before the first that is incomplete cannot be what is
  // missing, and one place tells enough once.
  std::vector<ErrorReport> select(std::span<const EmptyDisjunction::Failure> all) {
    std::vector<ErrorReport> out;
    if (all.size() <= 2) {
      for (const EmptyDisjunction::Failure& f : all) append(out, flatten(f.errors));
      return out;
    }
    const auto incomplete = std::find_if(all.begin(), all.end(), [](const auto& f) { return f.incomplete; });
    std::vector<Origin> places;
    const auto isNew = [&](const Origin& o) {
      if (std::find(places.begin(), places.end(), o) != places.end()) return false;
      places.push_back(o);
      return true;
    };
    for (auto f = incomplete == all.end() ? all.begin() : incomplete; f != all.end(); ++f) {
      std::vector<ErrorReport> reports = flatten(f->errors);
      if (reports.empty()) continue;
      const ErrorReport& first = reports.front();
      if (isNew(first.pos) || std::any_of(first.inputs.begin(), first.inputs.end(), isNew))
        append(out, std::move(reports));
    }
    return out;
  }

  std::vector<ErrorReport> disjunction(const EmptyDisjunction& d) {
    std::vector<ErrorReport> all = select(d.failures);
    std::vector<Origin> others;
    if (!d.user.empty()) {
      if (!all.empty()) others = all.front().inputs;
      all = select(d.user);
    }
    sanitize(all);
    ErrorReport headline = single(*d.headline);
    headline.message = std::to_string(all.size()) + " errors in empty disjunction:";
    explainAlternatives(all, headline);
    ErrorReport& first = all.size() == 1 ? all.front() : headline;
    for (const Origin& o : others) {
      addOnce(first.inputs, o);
      addOnce(first.places, o);
    }
    if (all.size() != 1) all.insert(all.begin(), std::move(headline));
    return all;
  }

  void path(const ErrorEntry& e, ErrorReport& r) {
    if (!e.altPath.empty()) {
      r.pathLabels.assign(e.altPath.begin(), e.altPath.end());
    } else {
      for (const Vertex* v = e.node; v != nullptr && v->parent != nullptr; v = v->parent) {
        if (v->label.valid() && v->parent->base != v) r.pathLabels.insert(r.pathLabels.begin(), v->label);
      }
    }
    for (Feature f : r.pathLabels) {
      if (!r.path.empty()) r.path += '.';
      r.path += ctx_.selectorText(f);
    }
  }

  const Context& ctx_;
  Code code_;
  PrintStack& shown_;
};

}  // namespace

std::vector<ErrorReport> reportErrors(const Context& ctx, const Bottom& bottom) {
  PrintStack shown;
  std::vector<ErrorReport> all = Reporter(ctx, bottom.code, shown).flatten(bottom.errors);
  sanitize(all);
  return all;
}

std::string errorSummary(const Context& ctx, const Bottom& bottom, PrintStack& outer) {
  const std::vector<ErrorReport> all = Reporter(ctx, bottom.code, outer).flatten(bottom.errors);
  if (all.empty()) return "explicit error (_|_ literal) in source";
  std::string out = all[0].path.empty() ? "" : all[0].path + ": ";
  out += all[0].message;
  if (all.size() > 1) out += " (and " + std::to_string(all.size() - 1) + " more errors)";
  return out;
}

Error toError(const Context& ctx, const ErrorReport& report) {
  static_cast<void>(ctx);
  Error out(ErrorCode::Invalid, report.message);
  out.reason(std::string(codeWord(report.code)));
  if (!report.path.empty()) out.path(report.path);
  if (!report.expected.empty()) out.expected(report.expected);
  if (!report.found.empty()) out.found(report.found);
  if (!report.suggestion.empty()) out.suggest(report.suggestion);
  // The culprit's own place first, then those of what took part, in order.
  std::vector<Origin> others;
  for (const Origin& o : report.places) {
    if (!(o == report.pos)) others.push_back(o);
  }
  std::stable_sort(others.begin(), others.end(),
                   [](const Origin& a, const Origin& b) { return sortKey(a) < sortKey(b); });
  if (report.pos.known()) others.insert(others.begin(), report.pos);
  for (const Origin& o : others) {
    Location where = locate(o);
    if (where.known()) out.at(std::move(where));
  }
  return out;
}

Error toError(const Context& ctx, const Bottom& bottom) {
  std::vector<ErrorReport> all = reportErrors(ctx, bottom);
  if (all.empty())
    return Error(ErrorCode::Invalid, "evaluation failed").reason(std::string(codeWord(bottom.code)));
  Error out = toError(ctx, all.front());
  if (all.size() > 1) {
    for (const ErrorReport& r : all) out.detail(toError(ctx, r));
  }
  return out;
}

}  // namespace puppis::cue::eval
