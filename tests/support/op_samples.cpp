#include "tests/support/op_samples.h"

#include <cmath>
#include <map>
#include <regex>

#include "compiler/ir/program.h"
#include "runtime/error.h"

namespace lithe::tests {
namespace {

using Samples = std::vector<OpSample>;

/// Where functions that are not defined, or not smooth, around 0 are differentiated.
const std::map<std::string_view, std::pair<double, double>> domains = {
    {"acos", {-0.9, 0.9}},     {"acosh", {1.2, 3}},     {"asin", {-0.9, 0.9}},
    {"atanh", {-0.9, 0.9}},    {"atan2", {0.3, 2}},     {"div", {0.5, 2}},
    {"floor_div", {0.6, 2.3}}, {"fmod", {0.6, 2.3}},    {"log", {0.3, 3}},
    {"log1p", {-0.6, 3}},      {"pow", {0.5, 2}},       {"reciprocal", {0.5, 2}},
    {"remainder", {0.6, 2.3}}, {"rsqrt", {0.4, 3}},     {"sqrt", {0.4, 3}},
    {"tan", {-1, 1}},          {"erfinv", {-0.9, 0.9}}, {"lgamma", {0.4, 3}},
    {"digamma", {0.7, 3}},     {"polygamma", {0.7, 3}},
};

const char* const conv_attrs =
    "groups = 1, stride = [1, 1], dilation = [1, 1], pad_begin = [1, 1], pad_end = [1, 1]";
const char* const strided_attrs =
    "groups = 2, stride = [2, 1], dilation = [1, 2], pad_begin = [1, 0], pad_end = [0, 2]";

/// Ops that traits do not tell enough of.
const std::map<std::string_view, Samples>& table() {
    static const std::map<std::string_view, Samples> all = {
        {"amax",
         {{{"T[N, 7]"}, "axes = [1], keepdim = false"},
          {{"T[3, 5, 2]"}, "axes = [0, 2], keepdim = true"},
          {{"T[3, N, 17]"}, "axes = [0], keepdim = false"}}},
        {"arange",
         {{{}, "start = 1.0, step = 2.0, count = 13, dtype = i64"},
          {{}, "start = 0.5, step = -0.25, count = 7, dtype = f32"}}},
        {"argmax",
         {{{"T[N, 7]"}, "axis = 1, keepdim = false"},
          {{"T[3, 5, N]"}, "axis = 1, keepdim = true"},
          {{"T[17]"}, "axis = 0, keepdim = false"}}},
        {"argsort",
         {{{"T[N, 7]"}, "axis = 1, descending = false"},
          {{"T[5, N]"}, "axis = 0, descending = true"}}},
        {"avg_pool",
         {{{"T[N, 2, 5, 6]"},
           "kernel = [2, 3], stride = [2, 1], pad_begin = [1, 1], pad_end = [0, 1], "
           "dilation = [1, 1], pad_counted = [0, 1], count_include_pad = true, divisor = 0"},
          {{"T[N, 3, 7, 7]"},
           "kernel = [3, 3], stride = [2, 2], pad_begin = [1, 1], pad_end = [1, 1], "
           "dilation = [1, 1], pad_counted = [1, 1], count_include_pad = false, divisor = 0"}}},
        {"avg_pool_gradient",
         {{{"T[N, 2, 5, 6]"},
           "image = [5, 8], kernel = [2, 3], stride = [1, 1], dilation = [1, 1], pad_begin = [1, "
           "0], "
           "pad_end = [0, 0], pad_counted = [0, 0], count_include_pad = true, divisor = 0"}}},
        {"cast",
         {{{"T[N, 7]"}, "dtype = f64"},
          {{"T[N]"}, "dtype = f32"},
          {{"T[3, N]"}, "dtype = i64"},
          {{"T[5]"}, "dtype = bool"}}},
        {"cat",
         {{{"T[N, 7]", "T[N, 2]"}, "axis = 1"}, {{"T[N, 3]", "T[2, 3]", "T[N, 3]"}, "axis = 0"}}},
        {"clamp", {{{"T[N, 7]"}, "min = -0.5, max = 1.0"}, {{"T[N]"}, "min = 0.0, max = 1e30"}}},
        {"col2im",
         {{{"T[N, 12, 16]"},
           "image = [5, 6], window = [2, 3], stride = [1, 1], dilation = [1, 1], pad_begin = [0, "
           "0], "
           "pad_end = [0, 0]"}}},
        {"conv",
         {{{"T[N, 3, 6, 5]", "T[4, 3, 3, 3]", "T[4]"}, conv_attrs},
          {{"T[N, 2, 7, 6]", "T[4, 1, 2, 3]"}, strided_attrs},
          {{"T[N, 2, 9]", "T[5, 2, 3]"},
           "groups = 1, stride = [2], dilation = [1], pad_begin = [0], pad_end = [0]"}}},
        {"conv_transpose",
         {{{"T[N, 4, 3, 4]", "T[4, 2, 3, 3]", "T[2]"},
           std::string(conv_attrs) + ", output_padding = [0, 0]"},
          {{"T[N, 4, 3, 4]", "T[4, 1, 2, 3]"},
           std::string(strided_attrs) + ", output_padding = [1, 0]"}}},
        {"conv_weight_gradient",
         {{{"T[N, 3, 6, 5]", "T[N, 4, 6, 5]"}, std::string(conv_attrs) + ", kernel = [3, 3]"}}},
        {"cumsum", {{{"T[N, 7]"}, "axis = 1"}, {{"T[5, N]"}, "axis = 0"}}},
        {"expand", {{{"T[N, 1]"}, "shape = [3, N, 5]"}, {{"T[]"}, "shape = [N, 2]"}}},
        {"flip",
         {{{"T[N, 7]"}, "axes = [1]"},
          {{"T[3, N, 2]"}, "axes = [0, 1]"},
          {{"T[1, 37]"}, "axes = [1]"}}},
        {"full",
         {{{}, "value = 0.5, shape = [3, 7], dtype = f32"},
          {{}, "value = 3, shape = [], dtype = i64"}}},
        {"gather",
         {{{"T[4, 7]", "i64[3, 5]<7"}, "axis = 1"}, {{"T[4, N]", "i64[6, N]<4"}, "axis = 0"}}},
        {"index_select",
         {{{"T[4, N]", "i64[7]<4"}, "axis = 0"}, {{"T[N, 5]", "i64[3]<5"}, "axis = 1"}}},
        {"linear", {{{"T[N, 7]", "T[5, 7]", "T[5]"}, ""}, {{"T[2, N, 16]", "T[33, 16]"}, ""}}},
        {"linear_recurrence",
         {{{"T[N, 7]", "T[N, 7]"}, "axis = 1"}, {{"T[5, N]", "T[5, N]"}, "axis = 0"}}},
        {"log_softmax",
         {{{"T[N, 7]"}, "axis = 1"}, {{"T[3, N, 5]"}, "axis = 0"}, {{"T[2, 67]"}, "axis = 1"}}},
        {"matmul",
         {{{"T[N, 7]", "T[7, 5]"}, ""},
          {{"T[3, N, 4]", "T[3, 4, 6]"}, ""},
          {{"T[2, 3, N, 5]", "T[5, 2]"}, ""}}},
        {"im2col",
         {{{"T[N, 2, 5, 6]"},
           "window = [2, 3], stride = [2, 1], dilation = [1, 1], pad_begin = [1, 1], "
           "pad_end = [1, 1]"}}},
        {"max_pool",
         {{{"T[N, 2, 5, 6]"},
           "kernel = [3, 3], stride = [2, 1], dilation = [1, 1], pad_begin = [1, 1], "
           "pad_end = [0, 1]"}}},
        {"pad",
         {{{"T[N, 7]"}, "begin = [0, 2], end = [1, 3], value = 0.5"},
          {{"T[N, 5]"}, "begin = [0, -1], end = [0, -2], value = 0.0"}}},
        {"permute", {{{"T[N, 3, 5]"}, "perm = [2, 0, 1]"}, {{"T[17, 19]"}, "perm = [1, 0]"}}},
        {"polygamma", {{{"T[N, 7]"}, "order = 1"}, {{"T[N]"}, "order = 2"}}},
        {"rand", {{{}, "shape = [3, 7], dtype = f32, seed = 3, stream = 5"}}},
        {"randn", {{{}, "shape = [3, 7], dtype = f64, seed = 3, stream = 5"}}},
        {"reshape", {{{"T[N, 6]"}, "shape = [N, 2, 3]"}, {{"T[N, 4]"}, "shape = [4*N]"}}},
        {"scatter",
         {{{"T[4, 7]", "i64[3, 5]<7", "T[3, 5]"}, "axis = 1"},
          {{"T[4, N]", "i64[3, N]<4", "T[3, N]"}, "axis = 0"},
          {{"T[4, 7]", "i64[4, 6]<2", "T[4, 6]"}, "axis = 1", -1.5, 1.5, false}}},
        {"scatter_reduce",
         {{{"T[4, 7]", "i64[3, 5]<7", "T[3, 5]"}, "axis = 1, reduce = \"prod\""},
          {{"T[4, N]", "i64[3, N]<4", "T[3, N]"}, "axis = 0, reduce = \"amax\""},
          {{"T[4, 7]", "i64[4, 6]<2", "T[4, 6]"}, "axis = 1, reduce = \"amin\""}}},
        {"slice",
         {{{"T[N, 7]"}, "axis = 1, begin = 1, size = 3, step = 2"},
          {{"T[N]"}, "axis = 0, begin = 0, size = N, step = 1"}}},
        {"slice_scatter", {{{"T[N, 7]", "T[N, 3]"}, "axis = 1, begin = 1, size = 3, step = 2"}}},
    };
    return all;
}

/// Ops with the samples of another.
const std::map<std::string_view, std::string_view> like = {
    {"amin", "amax"},           {"sum", "amax"},
    {"prod", "amax"},           {"softmax", "log_softmax"},
    {"scatter_add", "scatter"}, {"cummax_index", "cumsum"},
};

/// Operands of every arity and way to broadcast; those of the op's arity are accepted.
Samples elementwise_samples(const Op& op) {
    Samples all;
    for (const char* shape : {"[N, 7]", "[N]", "[2, N, 5]", "[]", "[0, 3]"})
        all.push_back({{std::string("T") + shape}, ""});
    const std::pair<const char*, const char*> pairs[] = {
        {"[N, 7]", "[N, 7]"}, {"[N, 7]", "[7]"},       {"[N, 1]", "[1, 7]"}, {"[]", "[N, 7]"},
        {"[N, 7]", "[]"},     {"[N, 3, 5]", "[3, 1]"}, {"[0, 3]", "[3]"}};
    for (const auto& [a, b] : pairs) {
        all.push_back({{std::string("T") + a, std::string("T") + b}, ""});
        all.push_back({{std::string("bool") + a, std::string("T") + a, std::string("T") + b}, ""});
    }
    std::erase_if(all, [&](const OpSample& sample) {
        for (const char* dtype : {"f32", "i64", "bool"}) {
            if (is_accepted(op, filled(sample, dtype, "N"))) return false;
        }
        return true;
    });
    return all;
}

}  // namespace

OpSample filled(const OpSample& sample, const std::string& dtype, const std::string& size) {
    static const std::regex letter_t("\\bT\\["), letter_n("\\bN\\b");
    OpSample result = sample;
    for (std::string& text : result.operands) {
        text = std::regex_replace(std::regex_replace(text, letter_t, dtype + "["), letter_n, size);
    }
    result.attrs = std::regex_replace(result.attrs, letter_n, size);
    return result;
}

TensorType operand_type(const std::string& text) {
    return TensorType::parse(text.substr(0, text.find('<')));
}

int64_t operand_limit(const std::string& text) {
    const size_t at = text.find('<');
    return at == std::string::npos ? 0 : std::stoll(text.substr(at + 1));
}

OpCall call_of(const Op& op, const OpSample& sample) {
    std::string text = "program p\nsymbol N = 1..9\n\ngraph forward\n%d = input : f32[]\n",
                operands;
    for (size_t i = 0; i < sample.operands.size(); ++i) {
        const std::string name = "%x" + std::to_string(i);
        text += name + " = input : " + operand_type(sample.operands[i]).str() + "\n";
        operands += (i ? ", " : "") + name;
    }
    text += "%y = " + std::string(op.name) + "(" + operands + ")" +
            (sample.attrs.empty() ? "" : " {" + sample.attrs + "}") + "\nreturn %d\n";
    const ir::Program program = ir::parse_program(text);
    return program.graph("forward")->nodes().back()->call();
}

bool is_accepted(const Op& op, const OpSample& sample) {
    try {
        call_of(op, sample);
        const OpCall call = call_of(op, filled(sample, "", "3"));
        std::vector<Array> in, out;
        for (const TensorType& type : call.inputs)
            in.push_back(Array::zeros(type.dtype, constant_sizes(type.shape)));
        for (const TensorType& type : op.infer(call)) {
            out.push_back(Array::empty(type.dtype, constant_sizes(type.shape)));
        }
        op.reference(call, in, out);
        return true;
    } catch (const UserError& error) {
        return error.id().ends_with(".zero");  // zeros are divided by
    }
}

std::vector<OpSample> samples_of(const Op& op) {
    Samples samples;
    const auto alias = like.find(op.name);
    if (const auto at = table().find(alias == like.end() ? op.name : alias->second);
        at != table().end()) {
        samples = at->second;
    } else if (op.is(Trait::elementwise)) {
        samples = elementwise_samples(op);
    }
    if (const auto at = domains.find(op.name); at != domains.end()) {
        for (OpSample& sample : samples) std::tie(sample.low, sample.high) = at->second;
    }
    return samples;
}

}  // namespace lithe::tests
