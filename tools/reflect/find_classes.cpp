#include "tools/reflect/find_classes.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclFriend.h"
#include "clang/AST/DeclTemplate.h"
#include "llvm/ADT/DenseSet.h"
#include "tools/reflect/clang_names.h"
#include "tools/reflect/statements.h"

namespace lithe::reflect {

namespace {

enum class Form { written, instance };

class Finder {
public:
    Finder(Sema& sema, ModelTypes& types, SourcePaths& paths)
        : sema_(sema), types_(types), paths_(paths) {}

    void visit_context(const DeclContext* context, Form form) {
        for (const Decl* declaration : context->decls()) visit(declaration, form);
    }

    FoundCode found;

private:
    void visit(const Decl* declaration, Form form) {
        if (const auto* space = dyn_cast<NamespaceDecl>(declaration)) {
            if (!space->isStdNamespace()) visit_context(space, form);
        } else if (const auto* linkage = dyn_cast<LinkageSpecDecl>(declaration)) {
            visit_context(linkage, form);
        } else if (const auto* friendly = dyn_cast<FriendDecl>(declaration)) {
            if (const NamedDecl* target = friendly->getFriendDecl()) visit(target, form);
        } else if (const auto* pattern = dyn_cast<ClassTemplateDecl>(declaration)) {
            visit_class_template(pattern, form);
        } else if (const auto* record = dyn_cast<CXXRecordDecl>(declaration)) {
            visit_record(record, form);
        } else if (const auto* functions = dyn_cast<FunctionTemplateDecl>(declaration)) {
            visit_function(functions->getTemplatedDecl(), form);
        } else if (const auto* function = dyn_cast<FunctionDecl>(declaration)) {
            visit_function(function, form);
        }
    }

    void visit_class_template(const ClassTemplateDecl* pattern, Form form) {
        visit_record(pattern->getTemplatedDecl(), form);
        if (!pattern->isCanonicalDecl()) return;
        // Completing one may add others, so no iterator may stay.
        std::vector<ClassTemplateSpecializationDecl*> instances;
        for (ClassTemplateSpecializationDecl* instance : pattern->specializations()) {
            instances.push_back(instance);
        }
        for (ClassTemplateSpecializationDecl* instance : instances) {
            if (!instance->isExplicitSpecialization()) visit_instance(instance);
        }
    }

    void visit_instance(CXXRecordDecl* instance) {
        // A use by pointer, or in a function body that was skipped, leaves it uninstantiated.
        if (!instance->getDefinition() && may_be_module(instance)) {
            complete(instance);
        }
        const CXXRecordDecl* definition = instance->getDefinition();
        if (definition && !definition->isInvalidDecl()) {
            visit_record(definition, Form::instance);
        }
    }

    /// One that cannot be made is no error: the source does not make it.
    void complete(CXXRecordDecl* instance) {
        DiagnosticsEngine& diagnostics = sema_.getDiagnostics();
        if (diagnostics.hasErrorOccurred()) return;
        const bool before = diagnostics.getSuppressAllDiagnostics();
        diagnostics.setSuppressAllDiagnostics(true);
        sema_.isCompleteType(instance->getLocation(), sema_.Context.getRecordType(instance));
        diagnostics.setSuppressAllDiagnostics(before);
    }

    /// Tells from the template whether its instance, not made yet, is worth making.
    bool may_be_module(const CXXRecordDecl* instance) {
        const CXXRecordDecl* pattern = instance->getTemplateInstantiationPattern();
        const auto* special = dyn_cast<ClassTemplateSpecializationDecl>(instance);
        if (!pattern && special) {
            pattern = special->getSpecializedTemplate()->getTemplatedDecl();
        }
        if (!pattern || !pattern->getDefinition()) return false;
        if (types_.is_module(pattern)) return true;
        if (!special || paths_.is_skipped(instance->getLocation())) return false;
        return llvm::any_of(pattern->getDefinition()->bases(), [&](const auto& base) {
            return is_module_argument(base.getType(), *special);
        });
    }

    /// Whether a base that is a template parameter stands for a module: `WithHead<Base> : Base`.
    bool is_module_argument(QualType base, const ClassTemplateSpecializationDecl& special) {
        const auto* parameter = base->getAs<TemplateTypeParmType>();
        if (!parameter || parameter->getDepth() != 0) return false;
        const TemplateArgumentList& arguments = special.getTemplateArgs();
        if (parameter->getIndex() >= arguments.size()) return false;
        const TemplateArgument& argument = arguments[parameter->getIndex()];
        if (argument.getKind() != TemplateArgument::Type) return false;
        const CXXRecordDecl* record = argument.getAsType()->getAsCXXRecordDecl();
        return record && types_.is_module(record);
    }

    void visit_record(const CXXRecordDecl* record, Form form) {
        if (form == Form::instance && !record->isThisDeclarationADefinition() &&
            record->getTemplateSpecializationKind() == TSK_ImplicitInstantiation) {
            if (!record->getDefinition() && visited_.insert(record).second) {
                visit_instance(const_cast<CXXRecordDecl*>(record));
            }
            return;
        }
        if (!record->isThisDeclarationADefinition() || record->isInjectedClassName()) return;
        if (!visited_.insert(record).second) return;
        if (types_.is_module(record) && !ModelTypes::is_module_base(record)) {
            if (!record->isDependentContext()) found.modules.push_back(record);
            if (form == Form::written && paths_.is_author(record->getLocation())) {
                found.written_modules.push_back(record);
            }
        }
        visit_context(record, form);
    }

    void visit_function(const FunctionDecl* function, Form form) {
        if (form == Form::instance || !function->isThisDeclarationADefinition()) return;
        if (!function->hasBody() || function->isImplicit() || function->isDefaulted()) return;
        if (!paths_.is_author(function->getLocation())) return;
        found.functions.push_back(function);
        for_each_statement(*function, [&](const Stmt& statement, Ancestors) {
            const auto* declarations = dyn_cast<DeclStmt>(&statement);
            if (!declarations) return;
            for (const Decl* local : declarations->decls()) {
                if (const auto* record = dyn_cast<CXXRecordDecl>(local)) visit_record(record, form);
            }
        });
    }

    Sema& sema_;
    ModelTypes& types_;
    SourcePaths& paths_;
    llvm::DenseSet<const CXXRecordDecl*> visited_;
};

}  // namespace

FoundCode find_classes(Sema& sema, ModelTypes& types, SourcePaths& paths) {
    Finder finder(sema, types, paths);
    finder.visit_context(sema.Context.getTranslationUnitDecl(), Form::written);
    return std::move(finder.found);
}

}  // namespace lithe::reflect
