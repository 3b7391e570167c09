// SPDX-License-Identifier: Apache-2.0
#include "cue/syntax/comments.h"

namespace puppis::cue {

namespace {

// Positions wrap in eight bits: in a list of hundreds of elements only their order next to each other
// matters.
std::int8_t following(std::int8_t position) {
  return static_cast<std::int8_t>(position + 1);
}

}  // namespace

void addComment(Node& node, CommentGroup* group) {
  CommentGroup** link = &node.comments;
  while (*link != nullptr && (*link)->position <= group->position) link = &(*link)->next;
  group->next = *link;
  *link = group;
}

void CommentScopes::Groups::append(CommentGroup* group) {
  group->next = nullptr;
  (last == nullptr ? first : last->next) = group;
  last = group;
}

void CommentScopes::Groups::append(Groups groups) {
  if (groups.first == nullptr) return;
  (last == nullptr ? first : last->next) = groups.first;
  last = groups.last;
}

CommentScopes::Scope CommentScopes::open() {
  State child;
  State& parent = scopes_.back();
  if (parent.lists > 0 && parent.groups.first != nullptr) {
    // What was met since the last element belongs to that one, behind its tokens; before any element, to this
    // one.
    Groups before;
    Groups behind;
    for (CommentGroup* group = parent.groups.first; group != nullptr;) {
      CommentGroup* next = group->next;
      if (parent.lastChild == nullptr || group->position == 0) {
        group->position = 0;
        before.append(group);
      } else {
        group->position = parent.lastPosition;
        behind.append(group);
      }
      group = next;
    }
    if (parent.lastChild == nullptr) {
      child.groups = before;
    } else {
      for (CommentGroup* group = parent.lastChild->comments; group != nullptr;) {
        CommentGroup* next = group->next;
        before.append(group);
        group = next;
      }
      before.append(behind);
      parent.lastChild->comments = before.first;
    }
    parent.groups = {};
  }
  if (lead_ != nullptr) {
    child.groups.append(lead_);
    lead_ = nullptr;
  }
  scopes_.push_back(child);
  return scopes_.size() - 1;
}

void CommentScopes::close(Scope scope, Node* node) {
  const State state = scopes_[scope];
  scopes_.resize(scope);
  State& parent = scopes_.back();
  if (node == nullptr) {
    parent.groups.append(state.groups);
  } else {
    for (CommentGroup* group = state.groups.first; group != nullptr;) {
      CommentGroup* next = group->next;
      addComment(*node, group);
      group = next;
    }
  }
  parent.lastChild = node;
  parent.lastPosition = state.position;
  parent.position = following(parent.position);
}

void CommentScopes::openList() {
  if (scopes_.back().lists > 0) {
    ++scopes_.back().lists;
    return;
  }
  State list;
  list.lists = 1;
  scopes_.push_back(list);
}

void CommentScopes::closeList() {
  State& list = scopes_.back();
  if (list.lists == 0) return;
  if (list.lastChild != nullptr) {
    for (CommentGroup* group = list.groups.first; group != nullptr;) {
      CommentGroup* next = group->next;
      group->position = list.lastPosition;
      addComment(*list.lastChild, group);
      group = next;
    }
    list.groups = {};
  }
  if (--list.lists > 0) return;
  const Groups left = list.groups;
  scopes_.pop_back();
  scopes_.back().groups.append(left);
  scopes_.back().position = following(scopes_.back().position);
}

void CommentScopes::closeFile(Node* file) {
  for (CommentGroup* group = scopes_.front().groups.first; group != nullptr;) {
    CommentGroup* next = group->next;
    addComment(*file, group);
    group = next;
  }
  scopes_.front().groups = {};
}

void CommentScopes::countToken() {
  scopes_.back().position = following(scopes_.back().position);
}

void CommentScopes::add(CommentGroup* group) {
  State& state = scopes_.back();
  group->position = state.position;
  state.groups.append(group);
}

void CommentScopes::flushLead() {
  if (lead_ == nullptr) return;
  add(lead_);
  lead_ = nullptr;
}

}  // namespace puppis::cue
