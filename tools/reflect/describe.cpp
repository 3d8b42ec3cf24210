#include "tools/reflect/describe.h"

#include <deque>

#include "clang/AST/ASTContext.h"
#include "clang/AST/CXXInheritance.h"
#include "clang/AST/DeclTemplate.h"
#include "llvm/ADT/DenseSet.h"
#include "tools/reflect/clang_names.h"

namespace lithe::reflect {

namespace {

/// With template arguments.
std::string shown_name(const CXXRecordDecl& record) {
    const ASTContext& context = record.getASTContext();
    return context.getRecordType(&record).getAsString(context.getPrintingPolicy());
}

class Describer {
public:
    Describer(ModelTypes& types, SourcePaths& paths, Reporter& reporter)
        : types_(types), paths_(paths), reporter_(reporter) {}

    std::vector<DescribedClass> run(const std::vector<const CXXRecordDecl*>& modules) {
        for (const CXXRecordDecl* record : modules) enqueue(record);
        std::vector<DescribedClass> described;
        while (!queue_.empty()) {
            const CXXRecordDecl* record = queue_.front();
            queue_.pop_front();
            DescribedClass description = describe(record);
            if (is_nameable(record)) {
                described.push_back(std::move(description));
            } else if (!description.fields.empty()) {
                warn_local(*record);
            }
        }
        return described;
    }

private:
    void enqueue(const CXXRecordDecl* record) {
        record = record->getDefinition();
        if (!record || is_registered_elsewhere(record)) return;
        if (queued_.insert(record->getCanonicalDecl()).second) queue_.push_back(record);
    }

    /// A library's class is its library's business, but not an instance made for the author's
    /// class that adds fields to it.
    bool is_registered_elsewhere(const CXXRecordDecl* record) {
        if (!paths_.is_skipped(record->getLocation())) return false;
        const auto* special = dyn_cast<ClassTemplateSpecializationDecl>(record);
        if (!special || special->field_empty()) return true;
        return llvm::none_of(special->getTemplateArgs().asArray(), [&](const auto& argument) {
            if (argument.getKind() != TemplateArgument::Type) return false;
            const CXXRecordDecl* inner = argument.getAsType()->getAsCXXRecordDecl();
            return inner && !inner->isInStdNamespace() && !is_registered_elsewhere(inner);
        });
    }

    DescribedClass describe(const CXXRecordDecl* record) {
        DescribedClass result{.record = record, .bases = {}, .fields = {}};
        for (const CXXBaseSpecifier& base : record->bases()) {
            const CXXRecordDecl* parent = base.getType()->getAsCXXRecordDecl();
            if (!parent || ModelTypes::is_module_base(parent) || !holds_fields(parent)) continue;
            if (!is_nameable(parent) || is_ambiguous(*record, *parent)) continue;
            result.bases.push_back(base.getType());
            enqueue(parent);
        }
        for (const FieldDecl* field : record->fields()) describe_field(*field, result);
        return result;
    }

    bool holds_fields(const CXXRecordDecl* parent) {
        return types_.is_module(parent) || types_.contents(parent).is_shown();
    }

    static bool is_ambiguous(const CXXRecordDecl& derived, const CXXRecordDecl& base) {
        CXXBasePaths ways;
        derived.isDerivedFrom(&base, ways);
        return ways.isAmbiguous(
            base.getASTContext().getCanonicalType(base.getASTContext().getRecordType(&base)));
    }

    void describe_field(const FieldDecl& field, DescribedClass& result) {
        const Contents contents = types_.contents(field.getType());
        if (contents.is_incomplete) result.is_complete = false;
        if (contents.is_incomplete && !contents.is_shown()) return;
        if (field.isBitField() || (!contents.has_module && !contents.has_tensor)) return;
        if (contents.is_shown() && field.getIdentifier()) {
            result.fields.push_back(&field);
            enqueue_structs(field.getType());
        } else if (contents.has_module) {
            const std::string reason = field.getIdentifier()
                                           ? contents.obstacle
                                           : "an unnamed struct or union has no name";
            reporter_.warn("reflect.unnamed_field", field.getSourceRange(),
                           "the modules in " +
                               (field.getIdentifier() ? "'" + field.getNameAsString() + "'"
                                                      : std::string("this member")) +
                               " get no names: " + reason);
        }
    }

    /// Structs of the author's in the field, which show their own fields in turn.
    void enqueue_structs(QualType type) {
        type = type.getCanonicalType();
        if (const auto* array = dyn_cast<ArrayType>(type)) {
            return enqueue_structs(array->getElementType());
        }
        const CXXRecordDecl* record = type->getAsCXXRecordDecl();
        if (!record || types_.is_module(record) || types_.is_holder(record)) return;
        if (types_.is_tensor(record)) return;
        if (!record->isInStdNamespace()) {
            if (types_.contents(record).is_shown()) enqueue(record);
            return;
        }
        const auto* special = dyn_cast<ClassTemplateSpecializationDecl>(record);
        if (!special) return;
        for (const TemplateArgument& argument : special->getTemplateArgs().asArray()) {
            enqueue_argument(argument);
        }
    }

    void enqueue_argument(const TemplateArgument& argument) {
        if (argument.getKind() == TemplateArgument::Type) enqueue_structs(argument.getAsType());
        if (argument.getKind() != TemplateArgument::Pack) return;
        for (const TemplateArgument& element : argument.pack_elements()) enqueue_argument(element);
    }

    void warn_local(const CXXRecordDecl& record) {
        reporter_.warn("reflect.local_class", record.getLocation(),
                       "the members of '" + shown_name(record) +
                           "' get no names: a class inside a function cannot be reached from "
                           "outside; move it out of the function");
    }

    ModelTypes& types_;
    SourcePaths& paths_;
    Reporter& reporter_;
    std::deque<const CXXRecordDecl*> queue_;
    llvm::DenseSet<const CXXRecordDecl*> queued_;
};

}  // namespace

std::vector<DescribedClass> describe(const std::vector<const CXXRecordDecl*>& modules,
                                     ModelTypes& types, SourcePaths& paths, Reporter& reporter) {
    return Describer(types, paths, reporter).run(modules);
}

}  // namespace lithe::reflect
