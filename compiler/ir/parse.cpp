// The text form read back. Trusts nothing: every name is looked up, every size bounded.
#include <map>
#include <set>

#include "compiler/ir/cursor.h"
#include "compiler/ir/names.h"
#include "compiler/ir/ops.h"
#include "compiler/ir/program.h"
#include "compiler/ir/text.h"
#include "runtime/error.h"
#include "runtime/nearest.h"
#include "runtime/text.h"

namespace lithe::ir {
namespace {

constexpr int deepest_body = 16;
constexpr size_t longest_text = size_t{1} << 30;

const Op& op_named(const Cursor& cursor, const std::string& name, size_t position) {
    if (const Op* op = find_op(name)) return *op;
    std::vector<std::string_view> known;
    for (const Op* op : lithe::every_op()) known.push_back(op->name);
    for (const Op* op : compiler_ops()) known.push_back(op->name);
    throw UserError("ir.unknown_op", "ir: no op " + quote(name) + " at " + cursor.place(position) +
                                         did_you_mean(name, known));
}

/// Reads the nodes of one graph, up to and with its `return`.
class GraphParser {
public:
    GraphParser(Cursor& cursor, Graph& graph, int depth)
        : cursor_(cursor), graph_(graph), depth_(depth) {
        if (depth > deepest_body) cursor.fail("bodies are nested too deeply");
    }

    void run() {
        while (true) {
            cursor_.skip_blank();
            if (cursor_.accept_word("return")) break;
            if (cursor_.peek() != '%' && cursor_.peek() != '@') {
                cursor_.fail("expected a node or 'return'");
            }
            node();
        }
        outputs();
        graph_.number();
    }

private:
    struct Head {
        std::string name;
        size_t name_at = 0, op_at = 0;
        const Op* op = nullptr;
        std::vector<Value> inputs;
        TensorTypes types;
        Attrs attrs;
    };

    void node() {
        Head head;
        head.name_at = cursor_.position();
        head.name = value_name();
        cursor_.expect('=');
        cursor_.skip_spaces();
        head.op_at = cursor_.position();
        const std::string op = cursor_.identifier("the name of an op");
        head.op = &op_named(cursor_, op, head.op_at);
        if (cursor_.accept('(') && !cursor_.accept(')')) {
            do {
                head.inputs.push_back(value());
            } while (cursor_.accept(','));
            cursor_.expect(')');
        }
        if (cursor_.accept(':')) {
            do {
                head.types.push_back(cursor_.type());
            } while (cursor_.accept(','));
        }
        if (cursor_.accept('{')) attributes(head.attrs);
        finish(head);
    }

    void finish(Head& head) {
        imply_attributes(head);
        // Control flow may have no results; where it has some, the verifier misses their types.
        const bool runs_regions =
            head.op == &scan_op || head.op == &while_loop_op || head.op == &cond_op;
        if (head.types.empty() && !runs_regions) infer_types(head);
        Node* node = graph_.add_node(*head.op, head.inputs, head.attrs, head.types);
        while (cursor_.accept_word("body")) node->add_body(body());
        origin(*node);
        cursor_.expect_end_of_line();
        if (!nodes_.emplace(head.name, node).second) {
            cursor_.fail_at(head.name_at, "the name " + quote(head.name) + " is taken");
        }
    }

    void attributes(Attrs& attrs) {
        do {
            cursor_.skip_spaces();
            const size_t begin = cursor_.position();
            const std::string key = cursor_.plain_or_quoted("an attribute");
            if (attrs.has(key)) cursor_.fail_at(begin, "attribute " + quote(key) + " twice");
            cursor_.expect('=');
            attrs.set(key, cursor_.attr());
        } while (cursor_.accept(','));
        cursor_.expect('}');
    }

    /// The attributes that the printer leaves out, since the name says them.
    void imply_attributes(Head& head) {
        if (head.op->name == "input") {
            if (!head.attrs.has("index")) head.attrs.set("index", Dim(input_count_));
            if (!head.attrs.has("name")) head.attrs.set("name", head.name.substr(1));
            ++input_count_;
        }
        if (head.op->name == "parameter" && !head.attrs.has("key")) {
            if (head.name[0] != '@') cursor_.fail_at(head.name_at, "a parameter without a key");
            head.attrs.set("key", key_of_name_);
        }
    }

    void infer_types(Head& head) {
        OpCall call;
        call.op = head.op;
        call.attrs = head.attrs;
        for (const Value& input : head.inputs) call.inputs.push_back(input.type());
        try {
            head.types = head.op->infer(call);
        } catch (const InternalError&) {
            cursor_.fail_at(head.op_at,
                            "the types of " + quote(head.op->name) + " have to be given");
        }
    }

    std::unique_ptr<Graph> body() {
        auto graph = std::make_unique<Graph>();
        cursor_.skip_spaces();
        graph->name = cursor_.peek() == '{' ? "body" : cursor_.plain_or_quoted("a body");
        cursor_.expect('{');
        GraphParser(cursor_, *graph, depth_ + 1).run();
        cursor_.skip_blank();
        cursor_.expect('}');
        return graph;
    }

    /// `# call 3 at model.h:42`; other comments say nothing.
    void origin(Node& node) {
        Cursor comment(cursor_.comment());
        if (comment.accept_word("call")) {
            const int64_t call = comment.integer("the number of a call");
            if (call < 0 || call > INT32_MAX)
                cursor_.fail("the number of the call is out of range");
            node.module_call = static_cast<int>(call);
        }
        if (!comment.accept_word("at")) return;
        comment.skip_spaces();
        const size_t begin = comment.position();
        while (!comment.at_end()) comment.skip_one();
        node.line = std::string(comment.text_from(begin));
        while (node.line.ends_with(' ') || node.line.ends_with('\r')) node.line.pop_back();
    }

    /// `%3`, `%x`, `@fc1.weight`; for the latter the bare key is in key_of_name_.
    std::string value_name() {
        cursor_.skip_spaces();
        const size_t begin = cursor_.position();
        if (cursor_.accept('@')) {
            key_of_name_ = cursor_.key();
            return std::string(cursor_.text_from(begin));
        }
        if (!cursor_.accept('%')) cursor_.fail("expected a value, as '%3' or '@key'");
        if (cursor_.peek() >= '0' && cursor_.peek() <= '9') {
            const int64_t number = cursor_.integer("the number of a value");
            return "%" + std::to_string(number);
        }
        return "%" + cursor_.identifier("the name of a value");
    }

    Value value() {
        const std::string name = value_name();
        return value_named(name);
    }

    Value value_named(const std::string& name) {
        const size_t end = cursor_.position();
        const auto at = nodes_.find(name);
        if (at == nodes_.end()) cursor_.fail("no value " + quote(name) + " above");
        Value value{at->second, 0};
        const auto count = static_cast<int64_t>(value.node->types().size());
        if (cursor_.peek() == '.') {
            cursor_.expect('.');
            const int64_t index = cursor_.integer("the index of a result");
            if (index < 0 || index >= count) cursor_.fail_at(end, "no such result of " + name);
            value.index = static_cast<int>(index);
        } else if (count != 1) {
            cursor_.fail_at(end, quote(name) + " has " + std::to_string(count) +
                                     " results: which one is meant is missing");
        }
        return value;
    }

    void outputs() {
        cursor_.skip_spaces();
        if (!cursor_.at_end() && cursor_.peek() != '\n' && cursor_.peek() != '#' &&
            cursor_.peek() != '}') {
            do {
                graph_.outputs.push_back(output());
            } while (cursor_.accept(','));
        }
        if (depth_ == 0) cursor_.expect_end_of_line();
    }

    Output output() {
        Output output;
        cursor_.skip_spaces();
        if (cursor_.peek() == '@') {
            const std::string name = value_name();
            if (!cursor_.accept('=')) {
                output.value = value_named(name);
                return output;
            }
            output.buffer = key_of_name_;
            cursor_.skip_spaces();
        }
        if (cursor_.peek() != '%' && cursor_.peek() != '@') {
            output.name = cursor_.plain_or_quoted("a value or the name of an output");
            cursor_.expect('=');
        }
        output.value = value();
        return output;
    }

    Cursor& cursor_;
    Graph& graph_;
    int depth_;
    int input_count_ = 0;
    std::string key_of_name_;
    std::map<std::string, Node*> nodes_;
};

}  // namespace

void parse_nodes(Cursor& cursor, Graph& graph) { GraphParser(cursor, graph, 0).run(); }

std::unique_ptr<Graph> parse_graph(std::string_view text) {
    if (text.size() > longest_text) throw UserError("ir.syntax", "ir: the text is too long");
    Cursor cursor(text);
    auto graph = std::make_unique<Graph>();
    cursor.skip_blank();
    if (cursor.accept_word("graph")) graph->name = cursor.plain_or_quoted("the name of the graph");
    parse_nodes(cursor, *graph);
    cursor.skip_blank();
    if (!cursor.at_end()) cursor.fail("expected the end of the graph");
    return graph;
}

}  // namespace lithe::ir
