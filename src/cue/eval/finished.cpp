// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "cue/eval/builtin.h"
#include "cue/eval/state.h"

// The short way for what most references lead to: members of Vertices that are finished. Nothing about them
// can change any more, so looking at them needs no task, cannot be part of a cycle, and cannot fail.

namespace puppis::cue::eval {

namespace {

/// The struct whose fields a selector sees in a finished value: the chosen default where there is a choice.
/// Null where the long way has to decide (no struct, a failure, an open choice).
Vertex* finishedStruct(Vertex* v) {
  v = v->deref();
  if (!v->isFinal() || v->base == nullptr) return nullptr;
  if (auto* d = v->base->as<ir::Disjunction>()) {
    auto* chosen = d->numDefaults == 1 ? d->values[0]->as<Vertex>() : nullptr;
    if (chosen == nullptr) return nullptr;
    v = chosen->deref();
    if (!v->isFinal() || v->base == nullptr) return nullptr;
  }
  return v->base->kind == NodeKind::StructMarker ? v : nullptr;
}

bool isFinishedMember(Vertex* arc) {
  return arc->derefNonRooted()->arcType == ArcType::Member && arc->isFinal();
}

}  // namespace

Finished Context::lookupFinished(Expr* x, Vertex*& out) const {
  switch (x->kind) {
    case NodeKind::FieldReference: {
      auto* ref = static_cast<ir::FieldReference*>(x);
      Vertex* scope = vertexOf(envUp(ref->upCount));
      if (scope == nullptr) return Finished::No;
      scope = scope->deref();
      if (scope->state != nullptr && scope->state->errs != nullptr) return Finished::No;
      out = scope->lookupRaw(ref->label);
      return out != nullptr && isFinishedMember(out) ? Finished::Member : Finished::No;
    }
    case NodeKind::SelectorExpr:
    case NodeKind::IndexExpr: {
      const bool selects = x->kind == NodeKind::SelectorExpr;
      Feature label =
          selects ? static_cast<ir::SelectorExpr*>(x)->label : static_cast<ir::IndexExpr*>(x)->label;
      if (!label.isString()) return Finished::No;
      Expr* from = selects ? static_cast<ir::SelectorExpr*>(x)->x : static_cast<ir::IndexExpr*>(x)->x;
      if (Finished found = lookupFinished(from, out); found != Finished::Member) return found;
      Vertex* in = finishedStruct(out);
      if (in == nullptr) return Finished::No;
      out = in->lookupRaw(label);
      // A field that is optional, or required and not given, has no value, and will get none.
      if (out == nullptr) return Finished::Missing;
      if (out->derefNonRooted()->isConstraint()) return Finished::Missing;
      return isFinishedMember(out) ? Finished::Member : Finished::No;
    }
    default:
      return Finished::No;
  }
}

bool Context::dependsOnFinished(Expr* x) const {
  auto all = [this](std::span<Expr*> parts) {
    return std::all_of(parts.begin(), parts.end(), [this](Expr* e) { return dependsOnFinished(e); });
  };
  if (x->isResolver()) {
    Vertex* v = nullptr;
    if (lookupFinished(x, v) != Finished::Member) return false;
    const Node* base = v->deref()->base;
    return base != nullptr && base->kind != NodeKind::Bottom;
  }
  switch (x->kind) {
    case NodeKind::BinaryExpr: {
      auto* b = static_cast<ir::BinaryExpr*>(x);
      if (b->op == Op::And) return false;
      if (b->op == Op::Equal || b->op == Op::NotEqual) {
        if (isLiteralBottom(b->x)) return presenceOfFinished(b->y).has_value();
        if (isLiteralBottom(b->y)) return presenceOfFinished(b->x).has_value();
      }
      return dependsOnFinished(b->x) && dependsOnFinished(b->y);
    }
    case NodeKind::UnaryExpr:
      return dependsOnFinished(static_cast<ir::UnaryExpr*>(x)->x);
    case NodeKind::Interpolation:
      return all(static_cast<ir::Interpolation*>(x)->parts);
    case NodeKind::CallExpr: {
      auto* call = static_cast<ir::CallExpr*>(x);
      return (call->standard != nullptr || call->fun->is<Builtin>()) && all(call->args);
    }
    case NodeKind::ListLit:
      return static_cast<ir::ListLit*>(x)->isPlain;
    default:
      return x->kind <= NodeKind::Bytes;
  }
}

std::optional<bool> Context::presenceOfFinished(Expr* x) const {
  Vertex* v = nullptr;
  switch (lookupFinished(x, v)) {
    case Finished::No:
      return std::nullopt;
    case Finished::Missing:
      return false;
    case Finished::Member:
      break;
  }
  v = v->deref();
  if (v->base == nullptr) return std::nullopt;
  switch (v->base->kind) {
    case NodeKind::Null:
    case NodeKind::Bool:
    case NodeKind::Num:
    case NodeKind::String:
    case NodeKind::Bytes:
    case NodeKind::StructMarker:
    case NodeKind::ListMarker:
      return true;
    default:
      return std::nullopt;
  }
}

}  // namespace puppis::cue::eval
