// SPDX-License-Identifier: Apache-2.0
// The exporter's comments and attributes, taken from the source.
#include <algorithm>

#include "cue/export/exporter.h"

namespace puppis::cue {

namespace {

/// The field that a shorthand (`a: b: v`) nests, or null.
const Field* nestedField(const Field& field) {
  const auto* literal = field.value->as<StructLit>();
  if (literal == nullptr || literal->elements.size() != 1 || literal->lbrace.present() ||
      literal->rbrace.present()) {
    return nullptr;
  }
  return literal->elements[0]->as<Field>();
}

/// Whether the comments of a field belong to the one that it nests.
bool isShorthand(const Field& field) {
  const Field* nested = nestedField(field);
  if (nested == nullptr) return false;
  const Label* label = nested->label;
  if (const auto* alias = label->as<Alias>()) label = alias->expr;
  return label->is<Ident>() || label->is<BasicLit>();
}

void addDocs(std::vector<const CommentGroup*>& docs, const Node& node) {
  for (const CommentGroup* group = node.comments; group != nullptr; group = group->next) {
    if (!group->doc) continue;
    const auto same = [&](const CommentGroup* other) {
      return other == group || commentText(*other) == commentText(*group);
    };
    if (std::none_of(docs.begin(), docs.end(), same)) docs.push_back(group);
  }
}

/// The comments that document a file (or its package clause), and the others.
void fileComments(const File& file, std::vector<const CommentGroup*>& docs,
                  std::vector<const CommentGroup*>& rest) {
  const Package* package = file.packageClause();
  if (package != nullptr) {
    for (const CommentGroup* group = package->comments; group != nullptr; group = group->next)
      docs.push_back(group);
  }
  for (const CommentGroup* group = file.comments; group != nullptr; group = group->next) {
    (group->doc ? docs : rest).push_back(group);
  }
  if (package == nullptr && docs.empty() && !rest.empty()) {
    docs.push_back(rest.front());
    rest.erase(rest.begin());
  }
}

}  // namespace

std::vector<const CommentGroup*> Exporter::docsOf(eval::Vertex& v) {
  return docsOf(v.conjuncts.span(), v.parent);
}

std::vector<const CommentGroup*> Exporter::docsOf(std::span<const eval::Conjunct> conjuncts,
                                                  eval::Vertex* parent) {
  std::vector<const CommentGroup*> docs;
  std::vector<const Field*> fields;
  for (const eval::Conjunct& c : conjuncts) {
    if (auto* v = eval::elemOf(c.x)->as<eval::Vertex>()) {
      for (const CommentGroup* group : docsOf(*v)) docs.push_back(group);
    }
    const Node* source = c.x->syntax;
    if (source == nullptr) continue;
    if (const auto* field = source->as<Field>()) {
      if (isShorthand(*field)) continue;
      fields.push_back(field);
      addDocs(docs, *field);
    } else if (const auto* file = source->as<File>()) {
      std::vector<const CommentGroup*> rest;
      fileComments(*file, docs, rest);
    }
  }
  // The comment above `a: b: v` documents b.
  for (eval::Vertex* p = parent; p != nullptr && !fields.empty(); p = p->parent) {
    std::vector<const Field*> outer;
    for (const eval::Conjunct& c : p->conjuncts) {
      const auto* field = c.x->syntax == nullptr ? nullptr : c.x->syntax->as<Field>();
      if (field == nullptr || !isShorthand(*field)) continue;
      const Field* nested = nestedField(*field);
      if (std::find(fields.begin(), fields.end(), nested) == fields.end()) continue;
      outer.push_back(field);
      addDocs(docs, *field);
    }
    fields = std::move(outer);
  }
  return docs;
}

void Exporter::setDocs(Node& node, const std::vector<const CommentGroup*>& docs) {
  CommentGroup** link = &node.comments;
  *link = nullptr;
  for (const CommentGroup* group : docs) {
    *link = build_.copyComments(*group);
    link = &(*link)->next;
  }
}

void Exporter::copyDocs(Node& node, const Node* source) {
  if (!profile_.showDocs || source == nullptr) return;
  std::vector<const CommentGroup*> docs;
  for (const CommentGroup* group = source->comments; group != nullptr; group = group->next) {
    if (group->doc) docs.push_back(group);
  }
  setDocs(node, docs);
}

std::vector<Attribute*> Exporter::declAttributes(const Node* source) {
  std::vector<Attribute*> out;
  if (source == nullptr) return out;
  std::span<Decl* const> decls;
  std::size_t skip = 0;
  if (const auto* file = source->as<File>()) {
    decls = file->decls;
    for (std::size_t i = 0; i < decls.size();
         ++i) {  // what stands before the end of the imports is of the file
      const Decl* decl = decls[i];
      if (decl->is<Package>() || decl->is<ImportDecl>()) {
        skip = i + 1;
      } else if (!decl->is<Attribute>() && !decl->is<CommentGroup>()) {
        break;
      }
    }
  } else if (const auto* literal = source->as<StructLit>()) {
    decls = literal->elements;
  }
  for (const Decl* decl : decls.subspan(skip)) {
    const auto* attribute = decl->as<Attribute>();
    if (attribute == nullptr) continue;
    const auto same = [&](const Attribute* other) { return other->text == attribute->text; };
    if (std::none_of(out.begin(), out.end(), same)) out.push_back(build_.copyAttribute(*attribute));
  }
  return out;
}

std::vector<Attribute*> Exporter::declAttributes(eval::Vertex& v) {
  std::vector<Attribute*> out;
  for (const eval::StructInfo& info : v.structs) {
    for (Attribute* attribute : declAttributes(info.literal->syntax)) {
      const auto same = [&](const Attribute* other) { return other->text == attribute->text; };
      if (std::none_of(out.begin(), out.end(), same)) out.push_back(attribute);
    }
  }
  return out;
}

void Exporter::addFieldAttributes(std::vector<Attribute*>& out, const Node* source) {
  const auto* field = source == nullptr ? nullptr : source->as<Field>();
  if (field == nullptr) return;
  for (const Attribute* attribute : field->attributes) {
    const auto same = [&](const Attribute* other) { return other->text == attribute->text; };
    if (std::none_of(out.begin(), out.end(), same)) out.push_back(build_.copyAttribute(*attribute));
  }
}

/// Gives the exported file the name of the package and the comments of the files.
void Exporter::addFileComments(eval::Vertex& v, Package* package) {
  std::vector<CommentGroup*> docs;
  std::vector<CommentGroup*> rest;
  for (const eval::Conjunct& c : v.conjuncts) {
    const auto* file = c.x->syntax == nullptr ? nullptr : c.x->syntax->as<File>();
    if (file == nullptr) continue;
    if (const std::string_view name = file->packageName(); !name.empty()) package->name = build_.ident(name);
    if (!profile_.showDocs) continue;
    std::vector<const CommentGroup*> fileDocs;
    std::vector<const CommentGroup*> fileRest;
    fileComments(*file, fileDocs, fileRest);
    for (const CommentGroup* group : fileDocs) {
      CommentGroup* copy = build_.copyComments(*group);
      copy->list[0].slash.space = copy->pos.space = Space::NewSection;
      copy->doc = copy->doc || file->packageClause() == nullptr;
      docs.push_back(copy);
    }
    for (const CommentGroup* group : fileRest) rest.push_back(build_.copyComments(*group));
  }
  // Several documentations become one.
  const auto merged = [&](const std::vector<CommentGroup*>& groups) {
    std::vector<CommentGroup*> out;
    CommentGroup* first = nullptr;
    for (CommentGroup* group : groups) {
      if (!group->doc || first == nullptr) {
        if (group->doc) first = group;
        out.push_back(group);
        continue;
      }
      std::vector<Comment> lines(first->list.begin(), first->list.end());
      lines.push_back({Pos{}, "//"});
      lines.insert(lines.end(), group->list.begin(), group->list.end());
      Comment* list = build_.file().arena.array<Comment>(lines.size());
      std::copy(lines.begin(), lines.end(), list);
      first->list = {list, lines.size()};
    }
    std::stable_partition(out.begin(), out.end(), [](const CommentGroup* group) { return group->doc; });
    return out;
  };
  const auto attach = [](Node& node, const std::vector<CommentGroup*>& groups) {
    CommentGroup** link = &node.comments;
    while (*link != nullptr) link = &(*link)->next;
    for (CommentGroup* group : groups) {
      *link = group;
      link = &group->next;
    }
  };
  if (package->name != nullptr) {
    attach(*package, merged(docs));
    attach(build_.file(), rest);
  } else {
    docs.insert(docs.end(), rest.begin(), rest.end());
    attach(build_.file(), merged(docs));
  }
}

}  // namespace puppis::cue
