// SPDX-License-Identifier: Apache-2.0
#include <unordered_set>

#include "base/stack.h"
#include "cue/eval/state.h"

namespace puppis::cue::eval {

namespace {

// Whether x is data and nothing else, in which there is no failure to be found.
bool isPlainData(const Vertex& x) {
  if (x.base == nullptr || (x.base->kind != NodeKind::StructMarker && x.base->kind != NodeKind::ListMarker))
    return false;
  bool plain = false;
  for (const Conjunct& c : x.conjuncts) {
    const Node* e = elemOf(c.x);
    if (e->kind == NodeKind::Top) continue;
    const auto* s = e->as<ir::StructLit>();
    const auto* l = e->as<ir::ListLit>();
    if (plain || !((s != nullptr && s->isPlain) || (l != nullptr && l->isPlain))) return false;
    plain = true;
  }
  return plain;
}

class Validator {
 public:
  Validator(Context& c, const ValidateConfig& config) : c_(c), config_(config) {}
  Bottom* result() const { return err_; }

  void run(Vertex* x) {
    Restore arc(c_.vertex, x);
    c_.altPath.push_back(x);
    struct Pop {
      Context& c;
      ~Pop() { c.altPath.pop_back(); }
    } pop{c_};
    c_.step();
    Nesting nesting(c_);
    std::size_t shared = shared_.size();
    if (x->isShared && !x->conjuncts.empty()) shared_.push_back(elemOf(x->conjuncts[0].x));
    deeper([&] { visit(x); });
    shared_.resize(shared);
  }

 private:
  bool checksConcrete() const { return config_.concrete && inDefinition_ == 0; }
  bool checksFinal() const { return (config_.concrete || config_.final) && inDefinition_ == 0; }
  void add(Bottom* b) {
    if (!config_.allErrors || !b->childError) err_ = c_.combine(err_, b);
  }
  void visit(Vertex* x) {
    Vertex* target = x->deref();
    if (isPlainData(*target)) return;
    if (target != x) {
      // What is shared is looked at once, and in a place that is no definition.
      if (inDefinition_ > 0 || !visited_.insert(target).second) return;
      x = target;
    }
    if (Bottom* b = x->bottom()) {
      switch (b->code) {
        case Code::Cycle:
          if (checksFinal() || config_.disallowCycles) add(b);
          break;
        case Code::Incomplete:
          if (config_.reportIncomplete || checksConcrete()) add(b);
          break;
        default:
          add(b);
      }
      if (!b->hasRecursive) return;
    } else if (checksConcrete()) {
      x = defaultOfVertex(c_, x);
      if (!isConcrete(x)) {
        ErrorEntry* e = c_.newf("incomplete value {}", {x->value()});
        for (const Node* n : shared_) c_.addPlaces(e->more, n);
        add(c_.bottomOf(e, Code::Incomplete));
      }
    }
    for (std::uint32_t i = 0; i < x->arcs.size(); ++i) {
      Vertex* a = x->arcs[i];
      if (a->arcType == ArcType::Required && config_.final && inDefinition_ == 0) {
        c_.altPath.push_back(a);
        {
          Restore arc(c_.vertex, a);
          ErrorEntry* e = c_.newf("field is required but not present", {});
          for (const Node* n : shared_) c_.addPlaces(e->more, n);
          for (const Conjunct& c : a->conjuncts) {
            auto* f = c.x->as<ir::Field>();
            if (f != nullptr && f->arcType == ArcType::Required) c_.addPlaces(e->more, f);
            if (c.info.defId != 0) {
              Origin place = c_.containments[c.info.defId].place;
              if (place.known()) e->more.push(c_.arena, place);
            }
          }
          Bottom* b = c_.bottomOf(e, Code::Incomplete);
          b->node = a;
          add(b);
        }
        c_.altPath.pop_back();
        continue;
      }
      if (a->label.isLet() || !c_.isDefined(a)) continue;
      if (!config_.allErrors && err_ != nullptr) break;
      if (a->label.isRegular()) {
        run(a);
      } else {
        ++inDefinition_;
        run(a);
        --inDefinition_;
      }
    }
  }

  Context& c_;
  ValidateConfig config_;
  Bottom* err_ = nullptr;
  int inDefinition_ = 0;
  std::vector<const Node*> shared_;
  std::unordered_set<Vertex*> visited_;
};

}  // namespace

Bottom* validateVertex(Context& ctx, Vertex* v, const ValidateConfig& config) {
  Validator validator(ctx, config);
  // A failure's path starts here even when this is reached through another one.
  std::vector<Vertex*> outer;
  outer.swap(ctx.altPath);
  validator.run(v);
  ctx.altPath.swap(outer);
  return validator.result();
}

// A new Vertex that is a and b, each closed for itself, in the place of the current one.
Vertex* unifyValues(Context& ctx, Value* a, Value* b) {
  auto* v = ctx.make<Vertex>();
  if (ctx.vertex != nullptr) {
    v->parent = ctx.vertex->parent;
    v->label = ctx.vertex->label;
  }
  auto add = [&](Value* x) {
    CloseInfo info = ctx.info;
    info.fromDef = false;
    if (auto* source = x->as<Vertex>()) {
      info = ctx.bareState(v)->splitScope(nullptr, info);
      for (Vertex* p = source; p != nullptr; p = p->parent) {
        if (p->label.isDef()) {
          info.topDef = true;
          break;
        }
      }
    }
    if (v->base == nullptr || isCyclePlaceholder(v->base)) ctx.addConjunct(v, ctx.conjunct(nullptr, x, info));
  };
  add(a);
  add(b);
  NodeState* s = ctx.state(v);
  s->dropParentRequirements = true;
  if (ctx.vertex != nullptr && ctx.vertex->state != nullptr)
    s->hasNonCyclic = ctx.vertex->state->hasNonCyclic;
  ctx.finalize(v);
  if (ctx.vertex != nullptr) v->label = ctx.vertex->label;
  return v;
}

}  // namespace puppis::cue::eval
