#pragma once

#include <string>
#include <vector>

#include "clang/AST/DeclCXX.h"
#include "clang/Basic/Diagnostic.h"
#include "tools/reflect/checks.h"

namespace lithe::reflect {

/// The author's text, or nothing where a macro wrote part of it.
std::string text_of(const CheckContext& context, clang::SourceRange range);

/// Replaces an expression by other text.
clang::FixItHint replacement(const CheckContext& context, clang::SourceRange range,
                             const std::string& text);

/// Removes a statement, with its line where it is the first there.
clang::FixItHint line_removal(const CheckContext& context, clang::SourceRange range);

/// Adds a declaration at the end of the class; nothing where a macro wrote the class.
std::vector<clang::FixItHint> new_member(const clang::CXXRecordDecl& record,
                                         const std::string& declaration);

/// Whether code in the class, outside of the function, can compute the expression: it speaks of no
/// parameter and no local variable.
bool is_movable(const clang::Stmt* expression);

/// Whether the class or one of its fields has the name.
bool is_taken(const clang::CXXRecordDecl& record, const std::string& name);

/// `batch_norm2d` for `BatchNorm2dImpl`.
std::string member_name(const std::string& class_name);

}  // namespace lithe::reflect
