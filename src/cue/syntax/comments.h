// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "cue/syntax/ast.h"

namespace puppis::cue {

/// Decides which node a comment belongs to while the parser descends: each node under construction has a
/// scope that counts its tokens and collects the comments met between them; closing the scope hangs them on
/// the node.
///
/// A list scope gathers the comments between the elements of a list: they go to the element before them, or
/// else to the one that follows.
class CommentScopes {
 public:
  using Scope = std::size_t;

  /// The file is the outermost node; its first token has the position 0.
  CommentScopes() { scopes_.emplace_back().position = -1; }

  /// Begins a node. A documentation comment that waits (lead) becomes the node's.
  Scope open();
  void close(Scope scope, Node* node);
  void openList();
  void closeList();
  /// Ends the outermost scope and hangs what is left on the file.
  void closeFile(Node* file);

  /// A token was consumed: further comments stand before the next one.
  void countToken();
  /// The next comments of `scope` stand before token `position` of its node.
  void setPosition(Scope scope, int position) {
    scopes_[scope].position = static_cast<std::int8_t>(position);
  }
  /// A comment inside the innermost node.
  void add(CommentGroup* group);
  /// A comment just above the next token: it documents the node that begins there, if one does.
  void setLead(CommentGroup* group) { lead_ = group; }
  /// The lead comment was not taken by a node: it stands inside the innermost one.
  void flushLead();

 private:
  struct Groups {
    CommentGroup* first = nullptr;
    CommentGroup* last = nullptr;
    void append(CommentGroup* group);
    void append(Groups groups);
  };
  struct State {
    std::int8_t position = 0;
    std::int8_t lastPosition = 0;
    int lists = 0;  ///< nested lists that share this scope; 0: the scope of a node
    Node* lastChild = nullptr;
    Groups groups;
  };

  std::vector<State> scopes_;
  CommentGroup* lead_ = nullptr;
};

/// Hangs a comment group on a node behind those of the same or an earlier position.
void addComment(Node& node, CommentGroup* group);

}  // namespace puppis::cue
