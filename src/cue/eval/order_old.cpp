// SPDX-License-Identifier: Apache-2.0
#include "cue/eval/order_old.h"

#include <algorithm>
#include <deque>
#include <unordered_map>
#include <unordered_set>

namespace puppis::cue::eval {

namespace {

using Labels = std::vector<Feature>;

/// The lists of labels, in the order in which the old evaluator came upon the literals: a literal, then what
/// its declarations bring in, depth first; the bodies of comprehensions are known before any of them has run.
class Fronts {
 public:
  explicit Fronts(const Vertex* v) : v_(v) {
    for (const StructInfo& s : v->structs) known_.insert(s.literal);
    findReferences();
  }

  std::vector<Labels> run() {
    for (const Conjunct& c : v_->conjuncts) {
      if (!c.x->is<ir::Comprehension>()) expression(toExpr(c.x));
    }
    for (const StructInfo& s : v_->structs) {
      if (s.compId == 0) literal(s.literal);
    }
    while (!bodies_.empty()) {
      const ir::StructLit* body = bodies_.front();
      bodies_.pop_front();
      declarations(*body);
    }
    for (const StructInfo& s : v_->structs) literal(s.literal);
    return std::move(fronts_);
  }

 private:
  /// Which reference led to a literal, as the conjuncts of the fields remember it.
  void findReferences() {
    std::unordered_map<const Node*, const ir::StructLit*> owner;
    for (const StructInfo& s : v_->structs) {
      for (const Node* d : s.literal->decls) owner.emplace(d, s.literal);
    }
    std::unordered_map<const ir::StructLit*, std::vector<const Node*>> via;
    for (const Vertex* arc : v_->arcs) {
      for (const Conjunct& c : arc->conjuncts) {
        const RefNode* refs = c.info.refs;
        auto from = owner.find(c.x);
        if (refs == nullptr || from == owner.end()) continue;
        while (refs->next != nullptr) refs = refs->next;
        via[from->second].push_back(refs->ref);
      }
    }
    for (const StructInfo& s : v_->structs) {
      if (s.compId != 0) continue;
      for (const Node* ref : via[s.literal]) referred_[ref].push_back(s.literal);
    }
  }

  void expression(const Node* x) {
    if (const auto* lit = x->as<ir::StructLit>()) {
      if (known_.contains(lit)) literal(lit);
    } else if (const auto* both = x->as<ir::BinaryExpr>(); both != nullptr && both->op == Op::And) {
      expression(both->x);
      expression(both->y);
    } else if (auto to = referred_.find(x); to != referred_.end()) {
      for (const ir::StructLit* led : to->second) literal(led);
    }
  }

  void literal(const ir::StructLit* lit) {
    if (!done_.insert(lit).second) return;
    fields(*lit);
    declarations(*lit);
  }

  void fields(const ir::StructLit& lit) {
    Labels labels;
    for (const Node* d : lit.decls) {
      if (const auto* f = d->as<ir::Field>()) labels.push_back(f->label);
    }
    if (!labels.empty()) fronts_.push_back(std::move(labels));
  }

  void declarations(const ir::StructLit& lit) {
    for (const Node* d : lit.decls) {
      if (const auto* c = d->as<ir::Comprehension>()) {
        if (c->value == nullptr || !done_.insert(c->value).second) continue;
        // One that yielded nothing says nothing.
        if (known_.contains(c->value)) fields(*c->value);
        bodies_.push_back(c->value);
      } else if (d->isExpr()) {
        expression(d);
      }
    }
  }

  const Vertex* v_;
  std::unordered_set<const ir::StructLit*> known_;
  std::unordered_set<const ir::StructLit*> done_;
  std::unordered_map<const Node*, std::vector<const ir::StructLit*>> referred_;
  std::deque<const ir::StructLit*> bodies_;
  std::vector<Labels> fronts_;
};

/// Merges the lists; see oldFeatures.
Labels merged(const std::vector<Labels>& lists) {
  std::unordered_map<Feature, int, FeatureHash> waits;
  for (const Labels& list : lists) {
    for (std::size_t i = 1; i < list.size(); ++i) ++waits[list[i]];
  }
  std::unordered_set<Feature, FeatureHash> out;
  Labels order;
  std::vector<std::size_t> at(lists.size(), 0);
  auto advance = [&] {
    for (std::size_t i = 0; i < lists.size(); ++i) {
      if (at[i] == lists[i].size()) continue;
      Feature label = lists[i][at[i]];
      if (waits[label] > 0) continue;
      ++at[i];
      std::size_t left = lists[i].size() - at[i];
      if (left > 1) {
        int& next = waits[lists[i][at[i]]];
        if (next > 0) --next;
      }
      if (out.insert(label).second) order.push_back(label);
      return true;
    }
    for (std::size_t i = 0; i < lists.size(); ++i) {
      if (at[i] == lists[i].size()) continue;
      waits[lists[i][at[i]]] = 0;
      return true;
    }
    return false;
  };
  while (advance()) {
  }
  return order;
}

}  // namespace

bool hasOldOrder(const Vertex* v) {
  return std::any_of(v->structs.begin(), v->structs.end(), [](const StructInfo& s) {
    return s.literal->unit != nullptr && s.literal->unit->listArithmetic;
  });
}

std::vector<Feature> oldFeatures(const Vertex* v) {
  std::vector<Labels> fronts = Fronts(v).run();
  std::unordered_set<Feature, FeatureHash> named;
  for (const Labels& front : fronts) named.insert(front.begin(), front.end());
  Labels rest;
  for (const Vertex* arc : v->arcs) {
    if (!named.contains(arc->label)) rest.push_back(arc->label);
  }
  if (!rest.empty()) fronts.push_back(std::move(rest));
  Labels out = merged(fronts);
  std::erase_if(out, [v](Feature f) { return v->lookupRaw(f) == nullptr; });
  return out;
}

}  // namespace puppis::cue::eval
