#include "clang/Lex/Lexer.h"
#include "llvm/ADT/DenseSet.h"
#include "tools/reflect/checks.h"
#include "tools/reflect/clang_names.h"
#include "tools/reflect/fields.h"
#include "tools/reflect/statements.h"

namespace lithe::reflect {

namespace {

const char* const random_functions[] = {"randn", "rand", "randn_like", "rand_like", "normal"};
const char* const constant_functions[] = {"zeros", "ones", "full", "empty"};

bool has_parameter_name(const FieldDecl& field) {
    llvm::StringRef name = field.getName().rtrim('_');
    name.consume_front("m_");
    return name == "weight" || name == "bias" || name.ends_with("_weight") ||
           name.ends_with("_bias");
}

/// What the value of a tensor member says of it.
struct Evidence {
    bool is_random = false;
    bool is_constant = false;
    bool is_declared = false;  ///< a parameter, a buffer, or told to want a gradient
};

Evidence evidence(const Expr& value) {
    Evidence found;
    for_each_statement(&value, [&](const Stmt& statement, Ancestors) {
        if (const auto* made = dyn_cast<CXXConstructExpr>(&statement)) {
            const CXXRecordDecl* record = made->getConstructor()->getParent();
            found.is_declared |=
                is_in_lithe(record, "nn", "Parameter") || is_in_lithe(record, "nn", "Buffer");
        }
        const auto* call = dyn_cast<CallExpr>(&statement);
        if (!call) return;
        const llvm::StringRef name = called_name(*call);
        found.is_declared |= is_registration(*call) || name.starts_with("requires_grad") ||
                             name == "set_requires_grad";
        found.is_random |= llvm::is_contained(random_functions, name);
        found.is_constant |= llvm::is_contained(constant_functions, name);
    });
    return found;
}

class RawParameters {
public:
    explicit RawParameters(const CheckContext& context) : context_(context) {
        for (const FunctionDecl* function : context.code.functions) {
            for_each_statement(*function, [&](const Stmt& statement, Ancestors) {
                if (const auto* call = dyn_cast<CallExpr>(&statement)) note_call(*call);
            });
        }
    }

    void check(const FieldDecl& field, const Expr& value) {
        const CXXRecordDecl* type = field.getType()->getAsCXXRecordDecl();
        if (!type || !is_in_lithe(type, "", "Tensor") || declared_.contains(&field)) return;
        const Evidence found = evidence(value);
        if (found.is_declared) return;
        if (found.is_random) {
            warn(field, value, "starts as random numbers");
        } else if (initialized_.contains(&field)) {
            warn(field, value, "is initialised by nn::init");
        } else if (found.is_constant && has_parameter_name(field)) {
            warn(field, value, "is named like a parameter");
        }
    }

private:
    void note_call(const CallExpr& call) {
        const llvm::StringRef name = called_name(call);
        const auto* function = dyn_cast_or_null<FunctionDecl>(call.getCalleeDecl());
        const bool is_init = function && is_in_init(*function);
        for (const Expr* argument : call.arguments()) {
            const FieldDecl* field = own_field(argument);
            if (field && is_registration(call)) declared_.insert(field);
            if (field && is_init) initialized_.insert(field);
        }
        if (name.starts_with("requires_grad") || name == "set_requires_grad") {
            if (const FieldDecl* field = own_field(called_object(call))) declared_.insert(field);
        }
    }

    static bool is_in_init(const FunctionDecl& function) {
        const auto* space = dyn_cast<NamespaceDecl>(function.getDeclContext());
        return space && space->getName() == "init" && is_below_lithe(&function);
    }

    void warn(const FieldDecl& field, const Expr& value, llvm::StringRef why) {
        const std::string name = field.getNameAsString();
        const SourceRange range = value.getSourceRange();
        const SourceLocation end = Lexer::getLocForEndOfToken(
            range.getEnd(), 0, context_.ast.getSourceManager(), context_.ast.getLangOpts());
        context_.reporter.warn(
            "reflect.raw_parameter", range,
            "tensor '" + name + "' " + why.str() +
                ", but it is no parameter: it is neither trained nor in state_dict()",
            {FixItHint::CreateInsertion(range.getBegin(), "register_parameter(\"" + name + "\", "),
             FixItHint::CreateInsertion(end, ")")},
            field.getLocation(), "if it is a constant, register_buffer() says so");
    }

    const CheckContext& context_;
    llvm::DenseSet<const FieldDecl*> declared_;
    llvm::DenseSet<const FieldDecl*> initialized_;
};

}  // namespace

void check_raw_parameter(const CheckContext& context) {
    RawParameters check(context);
    for_each_field_value(context.code, [&](const FieldDecl& field, const Expr& value) {
        check.check(field, value);
    });
}

}  // namespace lithe::reflect
