// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <memory>
#include <unordered_map>
#include <unordered_set>

#include "cue/eval/order_old.h"
#include "cue/eval/state.h"

// The order of fields. Consecutive declarations of a struct literal are edges of a graph; literals follow
// each other by place, except operands of an explicit `&`, which have no order between them. The fields come
// out in topological order; where that leaves a choice, and within cycles, by name.

namespace puppis::cue::eval {

namespace {

// A place as the order sees it.
struct Place {
  std::string_view file;
  std::uint64_t at = 0;
  bool known = false;
  friend bool operator==(const Place& a, const Place& b) { return a.at == b.at && a.file == b.file; }
  friend bool operator<(const Place& a, const Place& b) {
    return a.file != b.file ? a.file < b.file : a.at < b.at;
  }
};

Place placeOf(const Origin& o) {
  if (!o.known()) return {};
  constexpr std::uint64_t kAppended = std::uint64_t{1} << 60;
  const ir::Unit* unit = o.unit;
  std::uint64_t at = o.at;
  if (unit->appendedTo != nullptr) {
    unit = unit->appendedTo;
    at += kAppended;
  }
  std::string_view name;
  if (unit->file != nullptr) {
    name = unit->file->source->name();
  } else if (unit->source != nullptr) {
    name = unit->source->name();
  }
  return {name, at, true};
}

// What a function made has no place of its own, though messages tell that of the call: it has no order
// against what the file declares.
Place placeOf(const Node& n) {
  const Origin o = n.origin();
  if (o.known() && o.unit->file != nullptr && n.syntax == nullptr) return {};
  return placeOf(o);
}

struct Meta {
  const StructInfo* info = nullptr;
  Place pos;
  bool isExplicit = false;
};

struct GraphNode {
  Feature feature;
  std::vector<GraphNode*> out;
  const Meta* meta = nullptr;
  // Of the search for strongly connected components.
  int component = -1;
  std::uint32_t low = 0;
  std::uint32_t index = 0;
  bool visited = false;
  bool onStack = false;
};

class Orderer {
 public:
  Orderer(Context& ctx, Vertex* v) : ctx_(ctx), v_(v) {}

  std::vector<Feature> run() {
    for (const Vertex* arc : v_->arcs) node(arc->label);
    collectDynamic();
    analyse();
    std::stable_sort(metas_.begin(), metas_.end(), [this](const auto& a, const auto& b) {
      if (!(a->pos == b->pos)) return a->pos < b->pos;
      return !hasDynamic(*a) && hasDynamic(*b);
    });
    batch();
    edges();
    return sorted();
  }

 private:
  using Batch = std::vector<Meta*>;

  GraphNode* node(Feature f) {
    auto& slot = nodes_[f];
    if (slot == nullptr) {
      slot = std::make_unique<GraphNode>();
      slot->feature = f;
      order_.push_back(slot.get());
    }
    return slot.get();
  }

  static Node* fieldOf(Node* x) {
    if (auto* c = x->as<ir::Comprehension>()) return c->value;
    return x;
  }

  void collectDynamic() {
    for (const Vertex* arc : v_->arcs) {
      for (const Conjunct& c : arc->conjuncts) {
        if (Node* f = fieldOf(c.x); f->is<ir::DynamicField>()) dynamic_[f].push_back(arc->label);
      }
    }
  }

  bool hasDynamic(const Meta& m) const {
    for (const Node* d : m.info->literal->decls) {
      if (d->kind == NodeKind::DynamicField && dynamic_.contains(d)) return true;
    }
    return false;
  }

  void addMeta(const Node* n, Meta* m) {
    auto& list = byNode_[n];
    if (std::find(list.begin(), list.end(), m) == list.end()) list.push_back(m);
  }

  // Where each literal came in: where it stands, or where the reference stands that led to it; and whether it
  // is an operand of an explicit unification.
  void analyse() {
    for (const StructInfo& s : v_->structs) {
      auto m = std::make_unique<Meta>();
      m->info = &s;
      m->pos = placeOf(*s.literal);
      addMeta(s.literal, m.get());
      for (const Node* d : s.literal->decls) addMeta(d, m.get());
      metas_.push_back(std::move(m));
    }
    for (const Vertex* arc : v_->arcs) {
      for (const Conjunct& c : arc->conjuncts) {
        Node* field = fieldOf(c.x);
        auto it = byNode_.find(field);
        if (it == byNode_.end()) continue;
        std::vector<Meta*> list = it->second;
        if (field->unit != nullptr) {
          for (Meta* m : list) m->pos = placeOf(*field);
        }
        const RefNode* refs = c.info.refs;
        if (refs == nullptr) continue;
        while (refs->next != nullptr) refs = refs->next;
        for (Meta* m : list) addMeta(refs->ref, m);
        if (Place p = placeOf(refs->ref->origin()); p.known) {
          for (Meta* m : byNode_[refs->ref]) m->pos = p;
        }
      }
    }
    std::vector<Node*> work;
    for (const Conjunct& c : v_->conjuncts) work.push_back(toExpr(c.x));
    for (const StructInfo& s : v_->structs) {
      for (Node* d : s.literal->decls) {
        if (d->isExpr()) work.push_back(d);
      }
    }
    for (std::size_t i = 0; i < work.size(); ++i) {
      auto* b = work[i]->as<ir::BinaryExpr>();
      if (b == nullptr || b->op != Op::And) continue;
      for (Node* x : {b->x, b->y}) {
        if (auto it = byNode_.find(x); it != byNode_.end()) {
          for (Meta* m : it->second) m->isExplicit = true;
        }
        work.push_back(x);
      }
    }
  }

  static bool isExplicit(const Batch& b) { return b.size() > 1 || (b.size() == 1 && b[0]->isExplicit); }

  void closeBatch(Batch& current) {
    if (current.empty()) return;
    if (!batches_.empty() && isExplicit(current) && isExplicit(batches_.back()) &&
        current[0]->pos.file == batches_.back()[0]->pos.file) {
      batches_.back().insert(batches_.back().end(), current.begin(), current.end());
    } else {
      batches_.push_back(current);
    }
    current.clear();
  }

  void batch() {
    Batch current;
    auto add = [&](Meta* m) {
      if (!current.empty() && (!(current[0]->pos == m->pos) || hasDynamic(*m))) closeBatch(current);
      current.push_back(m);
    };
    // What one run of a comprehension inserted comes round by round.
    for (std::size_t i = 0; i < metas_.size();) {
      std::size_t end = i + 1;
      if (std::uint32_t id = metas_[i]->info->compId; id != 0) {
        while (end < metas_.size() && metas_[end]->info->compId == id) ++end;
      }
      for (std::uint32_t round = 0; round < 1 + metas_[i]->info->repeats; ++round) {
        for (std::size_t j = i; j < end; ++j) add(metas_[j].get());
      }
      i = end;
    }
    closeBatch(current);
  }

  void edge(Feature from, Feature to) {
    if (!edges_.insert(std::uint64_t{from.bits()} << 32 | to.bits()).second) return;
    GraphNode* a = node(from);
    a->out.push_back(node(to));
  }

  void edges() {
    std::vector<Feature> previous;
    std::vector<Feature> next;
    const Batch* before = nullptr;
    for (Batch& b : batches_) {
      const bool isExplicitBatch = isExplicit(b);
      if (before != nullptr && (*before)[0]->pos.file != b[0]->pos.file) previous.clear();
      for (Meta* m : b) {
        m->isExplicit = isExplicitBatch;
        std::vector<Feature> last = chain(previous, *m);
        next.insert(next.end(), last.begin(), last.end());
      }
      previous = std::move(next);
      next.clear();
      before = &b;
    }
  }

  // The declarations of one literal, in a row after `previous`; gives what the next must follow.
  std::vector<Feature> chain(std::vector<Feature> previous, Meta& m) {
    for (const Node* d : m.info->literal->decls) {
      Feature label;
      if (const auto* f = d->as<ir::Field>()) {
        label = f->label;
      } else if (d->kind == NodeKind::DynamicField) {
        if (auto it = dynamic_.find(d); it != dynamic_.end() && !it->second.empty()) {
          label = it->second.front();
          it->second.erase(it->second.begin());
        }
      }
      if (!label.valid()) continue;
      auto it = nodes_.find(label);
      GraphNode* known = it == nodes_.end() ? nullptr : it->second.get();
      if (known != nullptr && known->meta == &m) continue;
      if (known != nullptr && !m.isExplicit && m.pos.known && known->meta != nullptr &&
          known->meta->pos.file == m.pos.file) {
        continue;
      }
      GraphNode* n = node(label);
      n->meta = &m;
      for (Feature p : previous) edge(p, label);
      previous.assign(1, label);
    }
    return previous;
  }

  bool before(const GraphNode* a, const GraphNode* b) const {
    if (a->feature.isInt() && b->feature.isInt()) return a->feature.index() < b->feature.index();
    if (a->feature.isInt() != b->feature.isInt()) return a->feature.isInt();
    return name(a->feature) < name(b->feature);
  }
  std::string_view name(Feature f) const {
    return f.isLet() ? std::string_view() : ctx_.symbols.text(f.index());
  }

  void connect(GraphNode* n) {
    n->low = n->index = counter_++;
    n->visited = n->onStack = true;
    stack_.push_back(n);
    for (GraphNode* next : n->out) {
      if (!next->visited) {
        connect(next);
        n->low = std::min(n->low, next->low);
      } else if (next->onStack) {
        n->low = std::min(n->low, next->index);
      }
    }
    if (n->low != n->index) return;
    std::vector<GraphNode*> members;
    GraphNode* top = nullptr;
    do {
      top = stack_.back();
      stack_.pop_back();
      top->onStack = false;
      top->component = static_cast<int>(components_.size());
      members.push_back(top);
    } while (top != n);
    components_.push_back(std::move(members));
  }

  std::vector<Feature> sorted() {
    for (GraphNode* n : order_) {
      if (!n->visited) connect(n);
    }
    const std::size_t count = components_.size();
    std::vector<std::vector<std::size_t>> out(count);
    std::vector<std::size_t> waits(count);
    auto byName = [this](const GraphNode* a, const GraphNode* b) { return before(a, b); };
    for (std::size_t i = 0; i < count; ++i) {
      std::unordered_set<std::size_t> targets;
      for (const GraphNode* n : components_[i]) {
        for (const GraphNode* next : n->out) {
          auto c = static_cast<std::size_t>(next->component);
          if (c != i && targets.insert(c).second) {
            out[i].push_back(c);
            ++waits[c];
          }
        }
      }
      std::sort(components_[i].begin(), components_[i].end(), byName);
    }
    auto first = [&](std::size_t a, std::size_t b) {
      return std::lexicographical_compare(components_[a].begin(), components_[a].end(),
                                          components_[b].begin(), components_[b].end(), byName);
    };
    std::vector<std::size_t> ready;
    auto push = [&](std::size_t i) {
      ready.insert(std::upper_bound(ready.begin(), ready.end(), i, first), i);
    };
    for (std::size_t i = 0; i < count; ++i) {
      if (waits[i] == 0) push(i);
    }
    std::vector<Feature> result;
    result.reserve(nodes_.size());
    while (!ready.empty()) {
      std::size_t i = ready.front();
      ready.erase(ready.begin());
      for (const GraphNode* n : components_[i]) result.push_back(n->feature);
      for (std::size_t next : out[i]) {
        if (--waits[next] == 0) push(next);
      }
    }
    return result;
  }

  Context& ctx_;
  Vertex* v_;
  std::unordered_map<Feature, std::unique_ptr<GraphNode>, FeatureHash> nodes_;
  std::vector<GraphNode*> order_;
  std::unordered_map<const Node*, std::vector<Feature>> dynamic_;
  std::unordered_map<const Node*, std::vector<Meta*>> byNode_;
  std::vector<std::unique_ptr<Meta>> metas_;
  std::vector<Batch> batches_;
  std::unordered_set<std::uint64_t> edges_;
  std::vector<GraphNode*> stack_;
  std::vector<std::vector<GraphNode*>> components_;
  std::uint32_t counter_ = 0;
};

// The usual case: one literal whose declarations are all the fields there are, in its order.
bool orderedByLiteral(const Vertex* v, std::vector<Feature>& out) {
  if (v->arcs.size() == 1) {
    out.push_back(v->arcs[0]->label);
    return true;
  }
  if (v->structs.size() != 1) return false;
  for (const Node* d : v->structs[0].literal->decls) {
    if (d->kind == NodeKind::DynamicField) return false;
    const auto* f = d->as<ir::Field>();
    if (f == nullptr || std::find(out.begin(), out.end(), f->label) != out.end()) continue;
    if (v->lookupRaw(f->label) != nullptr) out.push_back(f->label);
  }
  if (out.size() == v->arcs.size()) return true;
  out.clear();
  return false;
}

// Where the Orderer would put a literal: at the field of it that comes last among the arcs. False where that
// depends on references.
bool placeOfLiteral(const Vertex* v, const ir::StructLit& literal, Place& out) {
  out = placeOf(literal);
  std::uint32_t last = 0;
  for (const Node* d : literal.decls) {
    const auto* f = d->as<ir::Field>();
    if (f == nullptr) continue;
    std::uint32_t i = 0;
    while (i < v->arcs.size() && !(v->arcs[i]->label == f->label)) ++i;
    if (i == v->arcs.size() || i < last) continue;
    for (const Conjunct& c : v->arcs[i]->conjuncts) {
      if (c.x != d) continue;
      if (c.info.refs != nullptr) return false;
      if (d->unit != nullptr) out = placeOf(*d);
      last = i;
    }
  }
  return out.known;
}

// The next usual case: several literals of one text, none an operand of an explicit unification. They follow
// each other by place, and each field stands where it is declared first.
bool orderedByPlace(const Vertex* v, std::vector<Feature>& out) {
  constexpr std::size_t kMost = 24;
  if (v->structs.size() > kMost || v->arcs.size() > 2 * kMost) return false;
  struct Placed {
    const ir::StructLit* literal;
    Place pos;
  };
  std::array<Placed, kMost> placed;
  std::size_t count = 0;
  auto isConjunction = [](const Node* x) {
    const auto* b = x->as<ir::BinaryExpr>();
    return b != nullptr && b->op == Op::And;
  };
  for (const Conjunct& c : v->conjuncts) {
    if (isConjunction(toExpr(c.x))) return false;
  }
  for (const StructInfo& s : v->structs) {
    for (const Node* d : s.literal->decls) {
      if (d->kind == NodeKind::DynamicField || isConjunction(d)) return false;
    }
    Placed& p = placed[count];
    p.literal = s.literal;
    if (s.repeats != 0 || !placeOfLiteral(v, *s.literal, p.pos)) return false;
    if (count > 0 && placed[0].pos.file != p.pos.file) return false;
    ++count;
  }
  auto end = placed.begin() + static_cast<std::ptrdiff_t>(count);
  std::sort(placed.begin(), end, [](const Placed& a, const Placed& b) { return a.pos.at < b.pos.at; });
  auto sameAt = [](const Placed& a, const Placed& b) { return a.pos.at == b.pos.at; };
  if (std::adjacent_find(placed.begin(), end, sameAt) != end) return false;
  out.reserve(v->arcs.size());
  for (auto p = placed.begin(); p != end; ++p) {
    for (const Node* d : p->literal->decls) {
      const auto* f = d->as<ir::Field>();
      if (f == nullptr || std::find(out.begin(), out.end(), f->label) != out.end()) continue;
      if (v->lookupRaw(f->label) != nullptr) out.push_back(f->label);
    }
  }
  if (out.size() == v->arcs.size()) return true;
  out.clear();
  return false;
}

}  // namespace

std::vector<Feature> orderedFeatures(Context& ctx, Vertex* v) {
  std::vector<Feature> out;
  if (v->arcs.empty()) return out;
  if (orderedByLiteral(v, out)) return out;
  if (hasOldOrder(v)) return oldFeatures(v);
  if (orderedByPlace(v, out)) return out;
  return Orderer(ctx, v).run();
}

}  // namespace puppis::cue::eval
