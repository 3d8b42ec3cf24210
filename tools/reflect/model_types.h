#pragma once

#include <string>

#include "clang/AST/DeclCXX.h"
#include "clang/AST/DeclTemplate.h"
#include "clang/AST/Type.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/StringRef.h"
#include "tools/reflect/source_paths.h"

namespace lithe::reflect {

/// What a field of some type leads to.
struct Contents {
    bool has_module = false;
    bool has_tensor = false;
    bool is_incomplete = false;  ///< a smart pointer's target is only declared here
    std::string obstacle;        ///< why what it holds cannot be shown; empty if it can

    bool is_shown() const { return (has_module || has_tensor) && obstacle.empty(); }
    void add(const Contents& other);
};

/// Knows lithe's types, and which types of the author's lead to them. Answers are kept.
class ModelTypes {
public:
    explicit ModelTypes(SourcePaths& paths) : paths_(paths) {}

    /// Whether the class is, or derives from, `lithe::nn::Module`. For a template: whether its
    /// instances do.
    bool is_module(const clang::CXXRecordDecl* record);
    /// `lithe::nn::Module` itself.
    static bool is_module_base(const clang::CXXRecordDecl* record);
    /// `lithe::nn::ModuleHolder`, what derives from it, and what has a `ptr()` like it.
    bool is_holder(const clang::CXXRecordDecl* record);
    bool is_tensor(const clang::CXXRecordDecl* record);
    /// A shared_ptr or unique_ptr to a module.
    bool is_module_pointer(const clang::CXXRecordDecl* record);
    /// A module, a holder or a smart pointer to a module.
    bool is_layer(clang::QualType type);

    Contents contents(const clang::CXXRecordDecl* record);
    Contents contents(clang::QualType type);

private:
    Contents holder_contents(const clang::CXXRecordDecl* record);
    Contents record_contents(const clang::CXXRecordDecl* record);
    Contents std_contents(const clang::ClassTemplateSpecializationDecl* record);
    Contents pointer_contents(clang::QualType pointee, bool is_shared);
    Contents map_contents(clang::QualType key, clang::QualType value);
    Contents argument_contents(const clang::ClassTemplateSpecializationDecl* record);
    Contents struct_contents(const clang::CXXRecordDecl* record);

    SourcePaths& paths_;
    llvm::DenseMap<const clang::CXXRecordDecl*, bool> modules_;
    llvm::DenseMap<const clang::CXXRecordDecl*, Contents> contents_;
};

/// Whether `declaration` is `name` directly in the namespace `lithe` or, if `inner` is given, in
/// `lithe::inner`.
bool is_in_lithe(const clang::NamedDecl* declaration, llvm::StringRef inner, llvm::StringRef name);
/// Whether it is anywhere below the namespace `lithe`.
bool is_below_lithe(const clang::Decl* declaration);

/// The class of a base specifier, also where it depends on template parameters.
const clang::CXXRecordDecl* base_record(const clang::CXXBaseSpecifier& base);

/// Whether code at the end of the source can write the type's name: no class that is local to a
/// function, unnamed, or has such a class as a template argument.
bool is_nameable(const clang::CXXRecordDecl* record);

}  // namespace lithe::reflect
