"""Publishes one message at QoS 1 with paho-mqtt and ends when it is acknowledged.

usage: publish.py PORT GATEWAY TOPIC PAYLOAD PROTOCOL_VERSION(4|5)
"""
import sys

import paho.mqtt.client as mqtt

port, gateway, topic, payload, version = sys.argv[1:6]
arguments = {"client_id": gateway + "-paho", "protocol": int(version)}
if hasattr(mqtt, "CallbackAPIVersion"):
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, **arguments)
else:
    client = mqtt.Client(**arguments)
client.username_pw_set(gateway, "x")
client.connect("127.0.0.1", int(port), keepalive=20)
client.loop_start()
message = client.publish(topic, payload, qos=1)
message.wait_for_publish(timeout=10)
if not message.is_published():
    sys.exit("no acknowledgement")
print("acknowledged")
client.disconnect()
client.loop_stop()
