#pragma once

#include <vector>

#include "clang/AST/ASTContext.h"
#include "llvm/Support/raw_ostream.h"
#include "tools/reflect/describe.h"

namespace lithe::reflect {

/// Writes the C++ that registers the classes when it is included at the end of their source.
void write_registrations(const std::vector<DescribedClass>& classes,
                         const clang::ASTContext& context, llvm::raw_ostream& out);

}  // namespace lithe::reflect
