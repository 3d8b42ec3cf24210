// Trains LeNet in eager mode and saves its state_dict; measures the eager model for the demo.
// usage: lenet_train DATA FOLDER
#include <fmt/format.h>

#include <chrono>
#include <fstream>
#include <numeric>

#include "digits.h"
#include "lenet.h"

namespace {

using lithe::Tensor;

Tensor batch_of(const Digits& digits, const std::vector<int64_t>& rows, Tensor& labels) {
    std::vector<float> pixels;
    std::vector<int64_t> wanted;
    for (const int64_t row : rows) {
        const auto begin = digits.images.begin() + row * Digits::pixels;
        pixels.insert(pixels.end(), begin, begin + Digits::pixels);
        wanted.push_back(digits.labels[static_cast<size_t>(row)]);
    }
    labels = lithe::tensor(wanted);
    return lithe::tensor(pixels).view({static_cast<int64_t>(rows.size()), 1, 8, 8});
}

std::vector<int64_t> rows_of(const Digits& digits) {
    std::vector<int64_t> rows(static_cast<size_t>(digits.count()));
    std::iota(rows.begin(), rows.end(), int64_t{0});
    return rows;
}

double accuracy(LeNet& net, const Digits& digits, std::vector<float>& logits) {
    const lithe::NoGradGuard no_grad;
    net->eval();
    Tensor labels;
    const Tensor scores = net(batch_of(digits, rows_of(digits), labels));
    logits = scores.to_vector<float>();
    return lithe::eq(scores.argmax(1), labels).to(lithe::DType::f32).mean().item<double>();
}

void train(LeNet& net, const Digits& digits) {
    lithe::optim::Adam optimizer(net->parameters(), lithe::optim::AdamOptions(2e-3));
    std::vector<int64_t> order = rows_of(digits);
    uint64_t state = 1;  // a fixed shuffle: the demo gives the same model everywhere
    constexpr int epochs = 40;
    for (int epoch = 0; epoch < epochs; ++epoch) {
        for (size_t i = order.size(); i > 1; --i) {
            state = state * 6364136223846793005u + 1442695040888963407u;
            std::swap(order[i - 1], order[(state >> 33) % i]);
        }
        net->train();
        double loss_sum = 0;
        int batches = 0;
        for (size_t begin = 0; begin < order.size(); begin += 32) {
            const size_t end = std::min(begin + 32, order.size());
            Tensor labels;
            const Tensor images = batch_of(digits,
                                           {order.begin() + static_cast<std::ptrdiff_t>(begin),
                                            order.begin() + static_cast<std::ptrdiff_t>(end)},
                                           labels);
            optimizer.zero_grad();
            const Tensor loss = lithe::cross_entropy(net(images), labels);
            loss.backward();
            optimizer.step();
            loss_sum += loss.item<double>();
            ++batches;
        }
        fmt::print("\r  epoch {:2}/{}  loss {:.4f}{}", epoch + 1, epochs, loss_sum / batches,
                   epoch + 1 == epochs ? "\n" : "");
        std::fflush(stdout);
    }
}

double eager_us_batch1(LeNet& net, const Digits& digits) {
    const lithe::NoGradGuard no_grad;
    Tensor labels;
    const Tensor image = batch_of(digits, {0}, labels);
    std::vector<double> times;
    for (int i = 0; i < 50; ++i) {
        const auto begin = std::chrono::steady_clock::now();
        net(image);
        times.push_back(
            std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - begin)
                .count());
    }
    std::nth_element(times.begin(), times.begin() + 25, times.end());
    return times[25];
}

void run(const std::string& data, const std::string& folder) {
    const Digits training = load_digits(data, false), test = load_digits(data, true);
    lithe::manual_seed(7);
    LeNet net;
    fmt::print("training LeNet on {} digits ({} for testing)\n", training.count(), test.count());
    train(net, training);
    lithe::save_state_dict(net->state_dict(), folder + "/lenet_trained.safetensors");

    LeNet loaded;
    loaded->load_state_dict(lithe::load_state_dict(folder + "/lenet_trained.safetensors"));
    std::vector<float> logits;
    const double eager = accuracy(loaded, test, logits);
    fmt::print("eager test accuracy {:.2f} % after saving and loading state_dict()\n", 100 * eager);

    // A second, shorter training: the weights that the running program will swap in.
    lithe::manual_seed(8);
    LeNet other;
    train(other, training);
    lithe::save_state_dict(other->state_dict(), folder + "/lenet_other.safetensors");
    std::vector<float> ignored;
    const double other_accuracy = accuracy(other, test, ignored);
    std::ofstream(folder + "/eager.json") << fmt::format(
        "{{\"eager_accuracy\": {}, \"other_accuracy\": {}, \"eager_us_batch1\": {}, \"logits\": "
        "[{}]}}\n",
        eager, other_accuracy, eager_us_batch1(loaded, test), fmt::join(logits, ", "));
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) {
        fmt::print(stderr, "usage: lenet_train DATA FOLDER\n");
        return 2;
    }
    try {
        run(argv[1], argv[2]);
        return 0;
    } catch (const std::exception& error) {
        fmt::print(stderr, "error: {}\n", error.what());
        return 1;
    }
}
