#pragma once

#include <vector>

#include "clang/AST/DeclCXX.h"
#include "tools/reflect/model_types.h"
#include "tools/reflect/reporter.h"
#include "tools/reflect/source_paths.h"

namespace lithe::reflect {

/// A class to be registered.
struct DescribedClass {
    const clang::CXXRecordDecl* record = nullptr;
    std::vector<clang::QualType> bases;           ///< that may have fields of their own
    std::vector<const clang::FieldDecl*> fields;  ///< that hold modules or tensors
    bool is_complete = true;
};

/// Describes the Module classes, and the structs and mixins that hold modules for them. Tells of
/// fields that cannot be shown: `reflect.unnamed_field`, `reflect.local_class`.
std::vector<DescribedClass> describe(const std::vector<const clang::CXXRecordDecl*>& modules,
                                     ModelTypes& types, SourcePaths& paths, Reporter& reporter);

}  // namespace lithe::reflect
