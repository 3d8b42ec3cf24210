#pragma once

#include <vector>

#include "clang/AST/DeclCXX.h"
#include "clang/Sema/Sema.h"
#include "tools/reflect/model_types.h"
#include "tools/reflect/source_paths.h"

namespace lithe::reflect {

/// What one source declares, in the order it is written.
struct FoundCode {
    /// Every Module class that exists: instances of templates, not templates; to be registered.
    std::vector<const clang::CXXRecordDecl*> modules;
    /// The author's Module classes as they are written: templates, not instances; to be checked.
    std::vector<const clang::CXXRecordDecl*> written_modules;
    /// The author's functions with their bodies, as they are written.
    std::vector<const clang::FunctionDecl*> functions;
};

FoundCode find_classes(clang::Sema& sema, ModelTypes& types, SourcePaths& paths);

}  // namespace lithe::reflect
