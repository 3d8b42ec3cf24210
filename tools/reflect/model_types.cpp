#include "tools/reflect/model_types.h"

#include <map>

#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclTemplate.h"
#include "llvm/ADT/StringSwitch.h"
#include "tools/reflect/clang_names.h"

namespace lithe::reflect {

namespace {

const DeclContext* written_parent(const Decl* declaration) {
    const DeclContext* parent = declaration->getDeclContext()->getRedeclContext();
    while (parent->isInlineNamespace()) parent = parent->getParent()->getRedeclContext();
    return parent;
}

bool is_namespace(const DeclContext* context, StringRef name) {
    const auto* space = dyn_cast<NamespaceDecl>(context);
    return space && space->getIdentifier() && space->getName() == name;
}

bool is_lithe_namespace(const DeclContext* context) {
    return is_namespace(context, "lithe") &&
           written_parent(cast<NamespaceDecl>(context))->isTranslationUnit();
}

std::string quoted(const NamedDecl* declaration) {
    return "'" + declaration->getNameAsString() + "'";
}

/// The type arguments, parameter packs unfolded.
std::vector<QualType> type_arguments(const ClassTemplateSpecializationDecl* record) {
    std::vector<QualType> types;
    for (const TemplateArgument& argument : record->getTemplateArgs().asArray()) {
        if (argument.getKind() == TemplateArgument::Type) types.push_back(argument.getAsType());
        if (argument.getKind() != TemplateArgument::Pack) continue;
        for (const TemplateArgument& element : argument.pack_elements()) {
            if (element.getKind() == TemplateArgument::Type) types.push_back(element.getAsType());
        }
    }
    return types;
}

enum class StdKind {
    none,
    shared_pointer,
    unique_pointer,
    sequence,
    map,
    tuple,
    observer,
    unnamed
};

StdKind std_kind(StringRef name) {
    return llvm::StringSwitch<StdKind>(name)
        .Case("shared_ptr", StdKind::shared_pointer)
        .Case("unique_ptr", StdKind::unique_pointer)
        .Cases("optional", "vector", "array", "deque", "list", "forward_list", StdKind::sequence)
        .Cases("map", "unordered_map", StdKind::map)
        .Cases("tuple", "pair", "variant", StdKind::tuple)
        .Cases("weak_ptr", "reference_wrapper", "span", StdKind::observer)
        .Default(StdKind::unnamed);
}

bool is_key(QualType type) {
    if (type->isIntegralOrEnumerationType()) return true;
    const CXXRecordDecl* record = type->getAsCXXRecordDecl();
    return record && record->isInStdNamespace() && record->getIdentifier() &&
           (record->getName() == "basic_string" || record->getName() == "basic_string_view");
}

}  // namespace

void Contents::add(const Contents& other) {
    has_module |= other.has_module;
    has_tensor |= other.has_tensor;
    is_incomplete |= other.is_incomplete;
    if (obstacle.empty()) obstacle = other.obstacle;
}

bool is_in_lithe(const NamedDecl* declaration, StringRef inner, StringRef name) {
    if (!declaration->getIdentifier() || declaration->getName() != name) return false;
    const DeclContext* parent = written_parent(declaration);
    if (inner.empty()) return is_lithe_namespace(parent);
    return is_namespace(parent, inner) && is_lithe_namespace(written_parent(cast<Decl>(parent)));
}

bool is_below_lithe(const Decl* declaration) {
    for (const DeclContext* parent = declaration->getDeclContext(); parent;
         parent = parent->getParent()) {
        if (is_lithe_namespace(parent)) return true;
    }
    return false;
}

const CXXRecordDecl* base_record(const CXXBaseSpecifier& base) {
    if (const CXXRecordDecl* record = base.getType()->getAsCXXRecordDecl()) return record;
    if (const auto* dependent = base.getType()->getAs<TemplateSpecializationType>()) {
        if (const auto* pattern = dyn_cast_or_null<ClassTemplateDecl>(
                dependent->getTemplateName().getAsTemplateDecl())) {
            return pattern->getTemplatedDecl();
        }
    }
    return nullptr;
}

bool ModelTypes::is_module_base(const CXXRecordDecl* record) {
    return is_in_lithe(record, "nn", "Module");
}

bool ModelTypes::is_module(const CXXRecordDecl* record) {
    if (is_module_base(record)) return true;
    record = record->getDefinition();
    if (!record) return false;
    const auto [known, is_new] = modules_.try_emplace(record, false);
    if (!is_new) return known->second;

    for (const CXXBaseSpecifier& base : record->bases()) {
        const CXXRecordDecl* parent = base_record(base);
        if (parent && is_module(parent)) return modules_[record] = true;
    }
    return false;
}

bool ModelTypes::is_holder(const CXXRecordDecl* record) {
    if (is_in_lithe(record, "nn", "ModuleHolder")) return true;
    record = record->getDefinition();
    if (!record) return false;
    for (const CXXBaseSpecifier& base : record->bases()) {
        const CXXRecordDecl* parent = base_record(base);
        if (parent && is_holder(parent)) return true;
    }
    if (!is_below_lithe(record)) return false;
    for (const CXXMethodDecl* method : record->methods()) {
        if (method->getIdentifier() && method->getName() == "ptr" && method->param_empty()) {
            const CXXRecordDecl* result =
                method->getReturnType().getNonReferenceType()->getAsCXXRecordDecl();
            if (result && is_module_pointer(result)) return true;
        }
    }
    return false;
}

bool ModelTypes::is_tensor(const CXXRecordDecl* record) {
    if (is_in_lithe(record, "", "Tensor")) return true;
    record = record->getDefinition();
    if (!record) return false;
    return llvm::any_of(record->bases(), [&](const CXXBaseSpecifier& base) {
        const CXXRecordDecl* parent = base_record(base);
        return parent && is_tensor(parent);
    });
}

bool ModelTypes::is_module_pointer(const CXXRecordDecl* record) {
    const auto* special = dyn_cast<ClassTemplateSpecializationDecl>(record);
    if (!special || !record->isInStdNamespace()) return false;
    const StdKind kind = std_kind(record->getName());
    if (kind != StdKind::shared_pointer && kind != StdKind::unique_pointer) return false;
    const CXXRecordDecl* pointee = type_arguments(special)[0]->getAsCXXRecordDecl();
    return pointee && is_module(pointee);
}

bool ModelTypes::is_layer(QualType type) {
    const CXXRecordDecl* record = type.getNonReferenceType()->getAsCXXRecordDecl();
    return record && (is_module(record) || is_holder(record) || is_module_pointer(record));
}

Contents ModelTypes::contents(QualType type) {
    type = type.getCanonicalType();
    if (const auto* array = dyn_cast<ConstantArrayType>(type)) {
        return contents(array->getElementType());
    }
    const CXXRecordDecl* record = type->getAsCXXRecordDecl();
    return record ? contents(record) : Contents();
}

Contents ModelTypes::contents(const CXXRecordDecl* record) {
    record = record->getCanonicalDecl();
    const auto [known, is_new] = contents_.try_emplace(record);  // nothing, while in progress
    if (!is_new) return known->second;
    Contents found = record_contents(record);
    return contents_[record] = std::move(found);
}

Contents ModelTypes::record_contents(const CXXRecordDecl* record) {
    if (is_module(record)) return {.has_module = true};
    if (is_holder(record)) return holder_contents(record);
    if (is_tensor(record)) return {.has_tensor = true};

    const auto* special = dyn_cast<ClassTemplateSpecializationDecl>(record);
    if (record->isInStdNamespace()) return special ? std_contents(special) : Contents();
    // A library's structs hold what is not the module's own: an optimiser, an iterator.
    if (paths_.is_skipped(record->getLocation())) {
        return special ? argument_contents(special) : Contents();
    }
    Contents found = struct_contents(record);
    if (special && !found.has_module) found.add(argument_contents(special));
    return found;
}

/// A holder can be a field where the class of its module is only declared.
Contents ModelTypes::holder_contents(const CXXRecordDecl* record) {
    const auto* special = dyn_cast<ClassTemplateSpecializationDecl>(record);
    if (special && is_in_lithe(record, "nn", "ModuleHolder")) {
        const CXXRecordDecl* contained = type_arguments(special)[0]->getAsCXXRecordDecl();
        const bool is_known = !contained || contained->hasDefinition() ||
                              isa<ClassTemplateSpecializationDecl>(contained);
        return is_known ? Contents{.has_module = true} : Contents{.is_incomplete = true};
    }
    if (const CXXRecordDecl* definition = record->getDefinition()) {
        for (const CXXBaseSpecifier& base : definition->bases()) {
            const CXXRecordDecl* parent = base_record(base);
            if (parent && is_holder(parent)) return holder_contents(parent);
        }
    }
    return {.has_module = true};
}

Contents ModelTypes::std_contents(const ClassTemplateSpecializationDecl* record) {
    const std::vector<QualType> arguments = type_arguments(record);
    Contents found;
    switch (std_kind(record->getName())) {
        case StdKind::shared_pointer:
            return pointer_contents(arguments[0], /*is_shared=*/true);
        case StdKind::unique_pointer:
            return pointer_contents(arguments[0], /*is_shared=*/false);
        case StdKind::sequence:
            return contents(arguments[0]);
        case StdKind::map:
            return map_contents(arguments[0], arguments[1]);
        case StdKind::tuple:
            for (const QualType argument : arguments) found.add(contents(argument));
            return found;
        case StdKind::observer:
            return found;
        default:
            return argument_contents(record);
    }
}

Contents ModelTypes::pointer_contents(QualType pointee, bool is_shared) {
    Contents found = contents(pointee);
    const CXXRecordDecl* record = pointee->getAsCXXRecordDecl();
    if (pointee->isArrayType()) {
        found = contents(pointee->getAsArrayTypeUnsafe()->getElementType());
        found.obstacle = "the length of an array behind a pointer is not known";
    } else if (record && !record->hasDefinition() &&
               !isa<ClassTemplateSpecializationDecl>(record)) {
        found.is_incomplete = true;
    } else if (is_shared && record && found.is_shown() && !is_module(record) &&
               !is_holder(record) && !is_tensor(record) && !record->isInStdNamespace()) {
        found.obstacle = "a struct behind a shared_ptr may contain itself";
    }
    return found;
}

Contents ModelTypes::map_contents(QualType key, QualType value) {
    Contents found = contents(value);
    if (found.is_shown() && !is_key(key)) {
        found.obstacle = "only strings, integers and enumerators name the entries of a map";
    }
    return found;
}

/// For a template whose inside is not known, or leads nowhere.
Contents ModelTypes::argument_contents(const ClassTemplateSpecializationDecl* record) {
    Contents found;
    for (const QualType argument : type_arguments(record)) {
        if (is_layer(argument)) found.has_module = true;
    }
    if (found.has_module) found.obstacle = quoted(record) + " is not a container that lithe knows";
    return found;
}

Contents ModelTypes::struct_contents(const CXXRecordDecl* record) {
    record = record->getDefinition();
    Contents found;
    if (!record || record->isDependentContext() || record->isLambda()) return found;
    for (const CXXBaseSpecifier& base : record->bases()) {
        if (const CXXRecordDecl* parent = base_record(base)) found.add(contents(parent));
    }
    for (const FieldDecl* field : record->fields()) found.add(contents(field->getType()));

    // Obstacles inside are told where the struct's own fields are listed.
    found.obstacle.clear();
    if (!found.has_module && !found.has_tensor) return found;
    if (record->isUnion()) found.obstacle = "which member of a union is alive is not known";
    if (!is_nameable(record)) found.obstacle = "its struct has no name outside of its place";
    return found;
}

bool is_nameable(const CXXRecordDecl* record) {
    if (record->isLambda() || record->getParentFunctionOrMethod()) return false;
    if (!record->getIdentifier() && !record->getTypedefNameForAnonDecl()) return false;
    if (const auto* outer = dyn_cast<CXXRecordDecl>(record->getDeclContext())) {
        if (!is_nameable(outer)) return false;
    }
    const auto* special = dyn_cast<ClassTemplateSpecializationDecl>(record);
    if (!special) return true;
    return llvm::all_of(type_arguments(special), [](QualType argument) {
        const CXXRecordDecl* inner = argument->getAsCXXRecordDecl();
        return !inner || is_nameable(inner);
    });
}

}  // namespace lithe::reflect
