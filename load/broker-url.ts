/** Where RabbitMQ is found when nobody says otherwise: as its own installation leaves it. */
export const usualBrokerUrl = 'amqp://guest:guest@127.0.0.1:5672';

/** The broker that is given by `RABBITMQ_URL`, or the usual one. */
export const brokerUrl = process.env['RABBITMQ_URL'] ?? usualBrokerUrl;
