// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cue/eval/state.h"

namespace puppis::cue::eval {

/// Clones a Vertex under evaluation with everything below it, so that an alternative of a disjunction can be
/// unified into the clone. References into the original lead to the clone while the Overlay is pushed.
class Overlay {
 public:
  explicit Overlay(Context& ctx) : ctx_(ctx) {}
  Overlay(const Overlay&) = delete;
  Overlay& operator=(const Overlay&) = delete;
  ~Overlay() { pop(); }

  NodeState* cloneRoot(NodeState& root);
  void push(Vertex* root);
  void pop();
  /// Ends the time in which a Vertex that is reached again is taken for its clone.
  void unlink();

 private:
  Vertex* clone(Vertex* x);
  NodeState* cloneState(NodeState& n, Vertex* v);
  void cloneTasks(NodeState& dst, NodeState& src);
  Task* cloneTask(const Task& t, NodeState& dst);
  Vertex* mapped(Vertex* v) const;

  Context& ctx_;
  VertexMap map_;
  std::vector<Vertex*> order_;  ///< keys of the map, in the order they were cloned
  bool pushed_ = false;
};

}  // namespace puppis::cue::eval
