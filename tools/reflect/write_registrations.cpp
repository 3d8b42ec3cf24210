#include "tools/reflect/write_registrations.h"

#include "clang/AST/PrettyPrinter.h"
#include "clang/Basic/LangOptions.h"
#include "clang/Basic/SourceManager.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/Path.h"
#include "tools/reflect/clang_names.h"

namespace lithe::reflect {

namespace {

class Writer {
public:
    Writer(const ASTContext& context, llvm::raw_ostream& out)
        : context_(context), policy_(context.getLangOpts()), out_(out) {
        policy_.PrintCanonicalTypes = true;
        policy_.SuppressUnwrittenScope = true;  // nothing can write `(anonymous namespace)::`
        policy_.AlwaysIncludeTypeForTemplateArgument = true;  // for `template <auto value>`
    }

    void write(const std::vector<DescribedClass>& classes) {
        const SourceManager& sources = context_.getSourceManager();
        const auto main_file = sources.getFileEntryRefForID(sources.getMainFileID());
        out_ << "// Written by lithe-reflect; to be included at the end of "
             << llvm::sys::path::filename(main_file ? main_file->getName() : "") << ".\n";
        if (classes.empty()) return;
        out_ << "#pragma GCC system_header\n"
                "#include \"dsl/reflect.h\"\n\n"
                "namespace lithe_reflect {\nnamespace {\n\n";
        for (size_t i = 0; i < classes.size(); ++i) write_site(i, classes[i]);
        out_ << "}  // namespace\n}  // namespace lithe_reflect\n\n";
        for (size_t i = 0; i < classes.size(); ++i) write_registrar(i, classes[i]);
    }

private:
    void write_site(size_t index, const DescribedClass& described) {
        const PresumedLoc place =
            context_.getSourceManager().getPresumedLoc(described.record->getLocation());
        llvm::SmallString<128> file(place.getFilename());
        context_.getLangOpts().remapPathPrefix(file);
        out_ << "struct Site" << index << " {\n    static constexpr const char* name = \"";
        out_.write_escaped(type_name(record_type(described)));
        out_ << "\";\n    static constexpr const char* file = \"";
        out_.write_escaped(file);
        out_ << "\";\n    static constexpr int line = " << place.getLine()
             << ";\n    static constexpr bool is_complete = "
             << (described.is_complete ? "true" : "false") << ";\n";
        if (!described.fields.empty()) {
            out_ << "    static constexpr ::lithe::reflect::FieldSite fields[] = {\n";
            for (const FieldDecl* field : described.fields) {
                out_ << "        {\"" << field->getName() << "\", " << line(*field) << "},\n";
            }
            out_ << "    };\n";
        }
        out_ << "};\n\n";
    }

    void write_registrar(size_t index, const DescribedClass& described) {
        const std::string name = "::" + type_name(record_type(described));
        out_ << "template struct ::lithe::reflect::Registrar<\n    ::lithe_reflect::Site" << index
             << ", " << name << ",\n    ::lithe::reflect::Bases<";
        for (const QualType& base : described.bases) {
            out_ << (&base == described.bases.data() ? " " : ", ") << "::" << type_name(base);
        }
        out_ << ">";
        for (const FieldDecl* field : described.fields) {
            out_ << ",\n    &" << name << "::" << field->getName();
        }
        out_ << ">;\n";
    }

    QualType record_type(const DescribedClass& described) const {
        return context_.getTypeDeclType(described.record);
    }

    /// A name that holds at the end of the source, in no namespace.
    std::string type_name(QualType type) const { return type.getAsString(policy_); }

    unsigned line(const FieldDecl& field) const {
        return context_.getSourceManager().getPresumedLoc(field.getLocation()).getLine();
    }

    const ASTContext& context_;
    PrintingPolicy policy_;
    llvm::raw_ostream& out_;
};

}  // namespace

void write_registrations(const std::vector<DescribedClass>& classes, const ASTContext& context,
                         llvm::raw_ostream& out) {
    Writer(context, out).write(classes);
}

}  // namespace lithe::reflect
