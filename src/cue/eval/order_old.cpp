// SPDX-License-Identifier: Apache-2.0
#include "cue/eval/order_old.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

namespace puppis::cue::eval {

namespace {

using Labels = std::vector<Feature>;

/// Lists of labels, one behind the other.
struct Lists {
  Labels labels;
  std::vector<std::size_t> ends;

  void close() {
    if (labels.size() > (ends.empty() ? 0 : ends.back())) ends.push_back(labels.size());
  }
};

/// The lists of labels, in the order in which the old evaluator came upon the literals: a literal, then what
/// its declarations bring in, depth first; the bodies of comprehensions are known before any of them has run.
class Fronts {
 public:
  explicit Fronts(const Vertex* v) : v_(v) {
    const bool refers = std::any_of(v->arcs.begin(), v->arcs.end(), [](const Vertex* arc) {
      return std::any_of(arc->conjuncts.begin(), arc->conjuncts.end(),
                         [](const Conjunct& c) { return c.info.refs != nullptr; });
    });
    if (refers) findReferences();
  }

  Lists run() {
    for (const Conjunct& c : v_->conjuncts) {
      if (!c.x->is<ir::Comprehension>()) expression(toExpr(c.x));
    }
    for (const StructInfo& s : v_->structs) {
      if (s.compId == 0) literal(s.literal);
    }
    for (std::size_t i = 0; i < bodies_.size(); ++i) declarations(*bodies_[i]);
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
      if (isKnown(lit)) literal(lit);
    } else if (const auto* both = x->as<ir::BinaryExpr>(); both != nullptr && both->op == Op::And) {
      expression(both->x);
      expression(both->y);
    } else if (auto to = referred_.find(x); to != referred_.end()) {
      for (const ir::StructLit* led : to->second) literal(led);
    }
  }

  void literal(const ir::StructLit* lit) {
    if (!begin(lit)) return;
    fields(*lit);
    declarations(*lit);
  }

  void fields(const ir::StructLit& lit) {
    for (const Node* d : lit.decls) {
      if (const auto* f = d->as<ir::Field>()) fronts_.labels.push_back(f->label);
    }
    fronts_.close();
  }

  void declarations(const ir::StructLit& lit) {
    for (const Node* d : lit.decls) {
      if (const auto* c = d->as<ir::Comprehension>()) {
        if (c->value == nullptr || !begin(c->value)) continue;
        // One that yielded nothing says nothing.
        if (isKnown(c->value)) fields(*c->value);
        bodies_.push_back(c->value);
      } else if (d->isExpr()) {
        expression(d);
      }
    }
  }

  // There are few literals in one struct, so that looking through them is quicker than hashing.
  bool isKnown(const ir::StructLit* lit) const {
    return std::any_of(v_->structs.begin(), v_->structs.end(),
                       [lit](const StructInfo& s) { return s.literal == lit; });
  }
  /// False when the literal has been dealt with already.
  bool begin(const ir::StructLit* lit) {
    if (std::find(done_.begin(), done_.end(), lit) != done_.end()) return false;
    done_.push_back(lit);
    return true;
  }

  const Vertex* v_;
  std::vector<const ir::StructLit*> done_;
  std::unordered_map<const Node*, std::vector<const ir::StructLit*>> referred_;
  std::vector<const ir::StructLit*> bodies_;
  Lists fronts_;
};

/// Labels as numbers from 0 on, in the order in which they come up.
class LabelNumbers {
 public:
  std::uint32_t of(Feature f) {
    constexpr std::size_t kFew = 48;
    if (labels_.size() <= kFew) {
      auto at = std::find(labels_.begin(), labels_.end(), f);
      if (at != labels_.end()) return static_cast<std::uint32_t>(at - labels_.begin());
    } else {
      for (std::size_t i = byLabel_.size(); i < labels_.size(); ++i)
        byLabel_.emplace(labels_[i], static_cast<std::uint32_t>(i));
      if (auto at = byLabel_.find(f); at != byLabel_.end()) return at->second;
    }
    labels_.push_back(f);
    return static_cast<std::uint32_t>(labels_.size() - 1);
  }
  [[nodiscard]] const Labels& labels() const { return labels_; }

 private:
  Labels labels_;
  std::unordered_map<Feature, std::uint32_t, FeatureHash> byLabel_;
};

/// Merges the lists; see oldFeatures.
Labels merged(const Lists& lists) {
  LabelNumbers numbers;
  struct Front {
    std::size_t at;
    std::size_t end;
  };
  std::vector<std::uint32_t> all;
  std::vector<Front> fronts;
  all.reserve(lists.labels.size());
  fronts.reserve(lists.ends.size());
  for (Feature f : lists.labels) all.push_back(numbers.of(f));
  for (std::size_t end : lists.ends) fronts.push_back({fronts.empty() ? 0 : fronts.back().end, end});
  std::vector<int> waits(numbers.labels().size());
  std::vector<bool> out(waits.size());
  for (const Front& f : fronts) {
    for (std::size_t i = f.at + 1; i < f.end; ++i) ++waits[all[i]];
  }
  Labels order;
  order.reserve(waits.size());
  auto advance = [&] {
    for (Front& f : fronts) {
      if (f.at == f.end || waits[all[f.at]] > 0) continue;
      std::uint32_t label = all[f.at++];
      if (f.end - f.at > 1 && waits[all[f.at]] > 0) --waits[all[f.at]];
      if (!out[label]) order.push_back(numbers.labels()[label]);
      out[label] = true;
      return true;
    }
    for (const Front& f : fronts) {
      if (f.at == f.end) continue;
      waits[all[f.at]] = 0;
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
  Lists fronts = Fronts(v).run();
  const Labels named = fronts.labels;
  constexpr std::size_t kFew = 64;
  const std::unordered_set<Feature, FeatureHash> many(named.begin(),
                                                      named.size() <= kFew ? named.begin() : named.end());
  auto isNamed = [&](Feature f) {
    return many.empty() ? std::find(named.begin(), named.end(), f) != named.end() : many.contains(f);
  };
  for (const Vertex* arc : v->arcs) {
    if (!isNamed(arc->label)) fronts.labels.push_back(arc->label);
  }
  fronts.close();
  Labels out = merged(fronts);
  std::erase_if(out, [v](Feature f) { return v->lookupRaw(f) == nullptr; });
  return out;
}

}  // namespace puppis::cue::eval
